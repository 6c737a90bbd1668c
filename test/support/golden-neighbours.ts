import { secretsVolumeName, stateVolumeName, identityVolumeName } from '../../lib/names.ts';
import { isOurs } from '../../webhook/core/containers.ts';
import { initContainers, mountsOf, volumes, type Container, type Pod } from '../../webhook/core/pod.ts';
import { withDefaults } from '../emulators/kube-api/admission/pod-defaults.ts';

/** What happens to a pod between one call of the webhook and the next. */
type Change = (pod: Pod) => Pod;

const pods = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true, custom: false };

/** The API server fills in its defaults. */
const defaulted: Change = (pod) => withDefaults(pods, pod as never);

const mapContainers = (pod: Pod, change: (container: Container) => Container): Pod => ({
  ...pod,
  spec: {
    ...pod.spec,
    containers: (pod.spec?.containers ?? []).map(change),
    ...(pod.spec?.initContainers ? { initContainers: pod.spec.initContainers.map(change) } : {}),
  },
});

const foreign = (name: string): Container => ({ name, image: 'registry.example/foreign:1' });

/** Another webhook adds a sidecar, and init containers behind and before all others. */
const withForeignContainers: Change = (pod) => ({
  ...pod,
  spec: {
    ...pod.spec,
    containers: [...(pod.spec?.containers ?? []), foreign('foreign-sidecar')],
    initContainers: [foreign('foreign-first'), ...initContainers(pod), foreign('foreign-last')],
  },
});

/** A LimitRange sets resources of containers, ours too, and the API server writes quantities its own way. */
const withLimitRange: Change = (pod) =>
  mapContainers(pod, (container) => ({
    ...container,
    resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
  }));

/** A registry mirror rewrites images. */
const withMirror: Change = (pod) =>
  mapContainers(pod, (container) => ({ ...container, image: `mirror.example/${container.image ?? ''}` }));

/** Another webhook sets a variable in every container. */
const withVariable: Change = (pod) =>
  mapContainers(pod, (container) => ({
    ...container,
    env: [{ name: 'FOREIGN', value: 'yes' }, ...(container.env ?? [])],
  }));

/** The ServiceAccount admission plugin mounts an API token into every container that has none. */
const withApiToken: Change = (pod) => {
  const mount = {
    name: 'kube-api-access-xxxxx',
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    readOnly: true,
  };
  const mounted = mapContainers(pod, (container) =>
    mountsOf(container).some(({ mountPath }) => mountPath === mount.mountPath)
      ? container
      : { ...container, volumeMounts: [...mountsOf(container), mount] },
  );
  const present = volumes(pod).some(({ name }) => name === mount.name);
  const volume = { name: mount.name, projected: { defaultMode: 0o644, sources: [] } };
  return { ...mounted, spec: { ...mounted.spec, volumes: [...volumes(pod), ...(present ? [] : [volume])] } };
};

/** EKS's webhooks give every container variables and a token to log in to AWS with (IRSA, Pod Identity). */
const withEks =
  (volume: string, folder: string, variables: Readonly<Record<string, string>>): Change =>
  (pod) => {
    const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
    const mount = { name: volume, mountPath: folder, readOnly: true };
    const mounted = mapContainers(pod, (container) =>
      mountsOf(container).some(({ name }) => name === volume)
        ? container
        : {
            ...container,
            env: [...(container.env ?? []), ...env],
            volumeMounts: [...mountsOf(container), mount],
          },
    );
    const present = volumes(pod).filter(({ name }) => name !== volume);
    const token = { name: volume, projected: { defaultMode: 0o644, sources: [] } };
    return { ...mounted, spec: { ...mounted.spec, volumes: [token, ...present] } };
  };

const iamFolder = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const withIamRole = withEks('aws-iam-token', iamFolder, {
  AWS_REGION: 'eu-central-1',
  AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/foreign',
  AWS_WEB_IDENTITY_TOKEN_FILE: `${iamFolder}/token`,
});

const podIdentityFolder = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const withPodIdentity = withEks('eks-pod-identity-token', podIdentityFolder, {
  AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials',
  AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: `${podIdentityFolder}/eks-pod-identity-token`,
});

const changes: readonly (readonly [string, Change])[] = [
  ['nothing', (pod) => pod],
  ["the API server's defaults", defaulted],
  ["another webhook's containers", withForeignContainers],
  ['a LimitRange', withLimitRange],
  ['a registry mirror', withMirror],
  ["another webhook's variable", withVariable],
  ['an API token', withApiToken],
  ["EKS's role of a ServiceAccount", withIamRole],
  ["EKS's Pod Identity", withPodIdentity],
];

/** Everything that may come between, one at a time and all at once. An injected pod must be left as it is afterwards. */
export const neighbours: readonly (readonly [string, Change])[] = [
  ...changes,
  ['all of that', (pod) => changes.reduce((current, [, change]) => change(current), pod)],
];

const ourVolumes: readonly string[] = [secretsVolumeName, stateVolumeName, identityVolumeName];

/** A pod without anything that the webhook adds, but for what `before` had of it already. */
export const withoutOurs = (pod: Pod, before: Pod): unknown => {
  const had = new Set(volumes(before).map(({ name }) => name));
  const mountedBefore = (container: Container): boolean =>
    [...initContainers(before), ...(before.spec?.containers ?? [])].some(
      ({ name, volumeMounts }) =>
        name === container.name && (volumeMounts ?? []).some((mount) => mount.name === secretsVolumeName),
    );
  const stripped = (container: Container): Container => {
    const mounts = mountsOf(container).filter(
      ({ name }) => name !== secretsVolumeName || mountedBefore(container),
    );
    return { ...container, volumeMounts: mounts };
  };
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, 'keyferry.dev/status': '' } },
    spec: {
      ...pod.spec,
      containers: (pod.spec?.containers ?? []).map(stripped),
      initContainers: initContainers(pod)
        .filter(({ name }) => !isOurs(name))
        .map(stripped),
      volumes: volumes(pod).filter(({ name }) => !ourVolumes.includes(name) || had.has(name)),
    },
  };
};
