import type { KubernetesObject } from '../cluster/objects.ts';
import { restricted, restrictedPod } from '../pods/restricted.ts';

/** How a stand-in is brought into the cluster. */
export interface StandInDescription {
  /** Of its objects and its Service. */
  readonly name: string;
  readonly namespace: string;
  /** An image with Node. */
  readonly image: string;
  readonly port: number;
  /** What its program is configured with. */
  readonly configuration: object;
}

export const standInHost = ({ name, namespace }: Pick<StandInDescription, 'name' | 'namespace'>): string =>
  `${name}.${namespace}.svc`;

/** Where a pod has the keys that its cluster publishes: tokens are checked with the cluster's own. */
const identity = '/var/run/secrets/kubernetes.io/serviceaccount';

export const clusterKeys = {
  url: 'https://kubernetes.default.svc/openid/v1/jwks',
  tokenFile: `${identity}/token`,
  caFile: `${identity}/ca.crt`,
};

const folder = '/emulator';

const deployment = ({ name, namespace, image, port }: StandInDescription): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 1,
    strategy: { type: 'Recreate' },
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        ...restrictedPod,
        containers: [
          {
            name,
            image,
            imagePullPolicy: 'IfNotPresent',
            command: ['node', `${folder}/program.cjs`, '--config', `${folder}/config.json`],
            args: ['--host', '0.0.0.0', '--port', String(port)],
            ports: [{ containerPort: port }],
            readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
            securityContext: restricted,
            volumeMounts: [{ name: 'emulator', mountPath: folder, readOnly: true }],
          },
        ],
        volumes: [{ name: 'emulator', configMap: { name } }],
      },
    },
  },
});

/** Everything that a stand-in consists of. No Secret is among it: its keys are made in its memory. */
export const standInManifests = (
  description: StandInDescription,
  program: string,
): readonly KubernetesObject[] => {
  const { name, namespace, port, configuration } = description;
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace },
      data: { 'program.cjs': program, 'config.json': JSON.stringify(configuration) },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { selector: { app: name }, ports: [{ port, targetPort: port }] },
    },
    deployment(description),
  ];
};
