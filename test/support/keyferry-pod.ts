import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeApi } from '../emulators/kube-api/kube-api.ts';
import { KeyferryProcess, type KeyferryProcessOptions } from './keyferry-process.ts';

/** Keyferry's own namespace, as `deploy/base` names it. */
export const system = 'keyferry-system';

/** What `services` of the API server are asked for when a pod is created. */
export const webhookService = `keyferry-webhook.${system}.svc:443`;

type Component = 'webhook' | 'broker';

/** Writes a kubeconfig with the rights of a component's ServiceAccount into a folder; its path. */
export const writeKubeconfig = (api: KubeApi, folder: string, component: Component): string => {
  const path = join(folder, `${component}.kubeconfig`);
  writeFileSync(path, api.kubeconfig(`system:serviceaccount:${system}:keyferry-${component}`), {
    mode: 0o600,
  });
  return path;
};

export interface KeyferryPodOptions extends Partial<
  Pick<KeyferryProcessOptions, 'program' | 'args' | 'command' | 'onLine'>
> {
  readonly api: KubeApi;
  readonly component: Component;
  /** Of the pod; as the first one is called by default. */
  readonly name?: string;
  /** Where its kubeconfig goes. */
  readonly folder: string;
  /** The file that says what the broker may use. */
  readonly installFile: string;
}

/** Runs one of Keyferry's servers as its pod would: with the rights of its ServiceAccount. By default it is the bundle in `dist`. */
export const startKeyferryPod = ({
  api,
  component,
  name = `keyferry-${component}-1`,
  folder,
  installFile,
  args = [],
  ...options
}: KeyferryPodOptions): KeyferryProcess => {
  const [pod] = api.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: system,
      labels: { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': component },
    },
  });
  const kubeconfig = writeKubeconfig(api, folder, component);
  return new KeyferryProcess({
    program: join(import.meta.dirname, '..', '..', 'dist', `${component}.mjs`),
    ...options,
    args: ['--kubeconfig', kubeconfig, '--broker-config', installFile, '--shutdown-delay', '0s', ...args],
    environment: { POD_UID: pod?.metadata.uid ?? '', POD_NAME: name, POD_NAMESPACE: system },
  });
};
