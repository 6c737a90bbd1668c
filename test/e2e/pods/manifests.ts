import { annotation } from '../../../lib/annotation-names.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { serviceAccount } from '../vault/configuration.ts';
import { restricted, restrictedPod } from './restricted.ts';

/** The annotations of a pod that asks for secrets: names without their prefix. */
export const asking = (settings: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ inject: 'true', ...settings }).map(([name, value]) => [annotation(name), value]),
  );

export interface AppContainer {
  readonly name: string;
  /** `follow` by default. */
  readonly mode?: 'follow' | 'once';
  /** Over Pod Security `restricted`. */
  readonly securityContext?: object;
  readonly resources?: object;
}

export interface AppPod {
  readonly annotations?: Readonly<Record<string, string>>;
  /** One container `app` by default. */
  readonly containers?: readonly AppContainer[];
  /** Over what every pod of this driver has. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** What an app's container runs. */
export interface AppProgram {
  readonly image: string;
  /** For `node -e`. */
  readonly script: string;
}

const smallResources = { requests: { cpu: '10m', memory: '32Mi' } };

const container = (app: AppContainer, { image, script }: AppProgram): object => ({
  name: app.name,
  image,
  imagePullPolicy: 'IfNotPresent',
  command: ['node', '-e', script],
  args: [app.mode ?? 'follow'],
  resources: app.resources ?? smallResources,
  securityContext: { ...restricted, ...app.securityContext },
});

/** A pod template whose containers read `/secrets` and nothing else. They do not even have a token of their own. */
export const appTemplate = (pod: AppPod, program: AppProgram): { metadata: object; spec: object } => ({
  metadata: { labels: { app: 'app' }, annotations: pod.annotations ?? {} },
  spec: {
    serviceAccountName: serviceAccount,
    automountServiceAccountToken: false,
    ...restrictedPod,
    containers: (pod.containers ?? [{ name: 'app' }]).map((app) => container(app, program)),
    ...pod.spec,
  },
});

/** The pod of a template. A name that ends in a dash is completed by the API server. */
export const appPod = (
  place: { readonly name: string; readonly namespace: string },
  pod: AppPod,
  program: AppProgram,
): KubernetesObject => {
  const { metadata, spec } = appTemplate(pod, program);
  const { name, namespace } = place;
  const naming = name.endsWith('-') ? { generateName: name } : { name };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, ...naming, namespace }, spec };
};

/** Keeps a pod from being scheduled: it is created for real and costs no node anything. */
export const neverScheduled = { schedulingGates: [{ name: 'keyferry-e2e/gate' }] };
