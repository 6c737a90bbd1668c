import { list, noted, object, oneOf, taken, value, type Rule } from './allow-list.ts';
import { isEnvironmentFieldPath, isVolumeFieldPath } from './field-path.ts';
import { parseBytes } from './bytes.ts';

/** Every field of a pod that podbox honours, or may leave alone because it is no kubelet's business. */

const unenforced = (what: string): Rule =>
  noted(`${what} is not enforced here: containers are plain processes`);

const fieldRef = (accepts: (path: unknown) => boolean): Rule =>
  object({ apiVersion: oneOf('v1'), fieldPath: value('a field that podbox knows', accepts) });

const absolutePath = value(
  'an absolute path without ".."',
  (path) => typeof path === 'string' && path.startsWith('/') && !path.split('/').includes('..'),
);

const relativePath = value(
  'a relative path that leaves the volume nowhere',
  (path) => typeof path === 'string' && path !== '' && !path.startsWith('/') && !/(^|\/)\.\.|^\.$/.test(path),
);

const users: Readonly<Record<string, Rule>> = {
  runAsUser: taken,
  runAsGroup: taken,
  runAsNonRoot: taken,
  seccompProfile: unenforced('seccompProfile'),
};

const containerSecurity = object({
  ...users,
  capabilities: unenforced('capabilities'),
  allowPrivilegeEscalation: unenforced('allowPrivilegeEscalation'),
  readOnlyRootFilesystem: unenforced('readOnlyRootFilesystem'),
  privileged: oneOf(false),
});

const container = (more: Readonly<Record<string, Rule>>): Rule =>
  object({
    name: taken,
    image: taken,
    imagePullPolicy: taken,
    command: list(taken),
    args: list(taken),
    workingDir: absolutePath,
    env: list(
      object({
        name: taken,
        value: taken,
        valueFrom: object({ fieldRef: fieldRef(isEnvironmentFieldPath) }),
      }),
    ),
    ports: noted('container ports are not isolated: all processes share this machine’s network'),
    resources: unenforced('resources'),
    volumeMounts: list(object({ name: taken, mountPath: absolutePath, readOnly: readOnlyMount })),
    lifecycle: object({ postStart: object({ exec: object({ command: list(taken) }) }) }),
    terminationMessagePath: absolutePath,
    terminationMessagePolicy: oneOf('File', 'FallbackToLogsOnError'),
    securityContext: containerSecurity,
    ...more,
  });

const readOnlyMount = noted('read-only mounts are not enforced here: a mount is a link to the volume');

const downwardItems = list(
  object({ path: relativePath, mode: taken, fieldRef: fieldRef(isVolumeFieldPath) }),
);

const volume = object({
  name: taken,
  emptyDir: object({
    medium: oneOf('', 'Memory'),
    sizeLimit: value('a quantity of bytes', (size) => parseBytes(String(size)) !== undefined),
  }),
  downwardAPI: object({ defaultMode: taken, items: downwardItems }),
  projected: object({
    defaultMode: taken,
    sources: list(
      object({
        serviceAccountToken: object({
          audience: taken,
          expirationSeconds: value('600 and more', (seconds) => Number(seconds) >= 600),
          path: relativePath,
        }),
        downwardAPI: object({ items: downwardItems }),
        configMap: object({
          name: taken,
          optional: taken,
          items: list(object({ key: taken, path: relativePath, mode: taken })),
        }),
      }),
    ),
  }),
});

const spec = object({
  containers: list(container({})),
  initContainers: list(container({ restartPolicy: oneOf('Always') })),
  volumes: list(volume),
  restartPolicy: oneOf('Always', 'OnFailure', 'Never'),
  terminationGracePeriodSeconds: taken,
  serviceAccountName: taken,
  serviceAccount: taken,
  automountServiceAccountToken: taken,
  nodeName: taken,
  hostNetwork: taken,
  hostPID: oneOf(false),
  hostIPC: oneOf(false),
  shareProcessNamespace: oneOf(false),
  securityContext: object({
    ...users,
    fsGroup: taken,
    fsGroupChangePolicy: taken,
    supplementalGroups: list(taken),
    supplementalGroupsPolicy: taken,
  }),
  // The scheduler's, and what the API server fills in.
  affinity: taken,
  dnsPolicy: taken,
  enableServiceLinks: taken,
  nodeSelector: taken,
  preemptionPolicy: taken,
  priority: taken,
  priorityClassName: taken,
  schedulerName: taken,
  tolerations: taken,
  topologySpreadConstraints: taken,
});

const metadata = object({
  name: taken,
  namespace: taken,
  uid: taken,
  labels: taken,
  annotations: taken,
  // The API server's.
  creationTimestamp: taken,
  generateName: taken,
  generation: taken,
  managedFields: taken,
  ownerReferences: taken,
  resourceVersion: taken,
  selfLink: taken,
});

export const podRule: Rule = object({
  apiVersion: oneOf('v1'),
  kind: oneOf('Pod'),
  metadata,
  spec,
  status: taken,
});
