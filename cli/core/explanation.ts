import { given } from '../../lib/given.ts';
import { identityVolumeName, secretsVolumeName, tokensFolder } from '../../lib/names.ts';
import type { AwsStorePlan, Plan, PlanStore, VaultStorePlan } from '../../lib/plan.ts';
import { isOurs } from '../../webhook/core/containers.ts';
import type { Injection } from '../../webhook/core/decide.ts';
import {
  allContainers,
  initContainers,
  mountsOf,
  volumes,
  type Container,
  type Pod,
} from '../../webhook/core/pod.ts';
import { explainFiles, type ExplainedFile } from './explained-files.ts';

/** As whom the agent comes to a store. */
export type Login =
  | {
      readonly kind: 'vault';
      /** Path of the auth method. */
      readonly mount: string;
      readonly role?: string;
      /** Undefined: the API server's own. */
      readonly audience?: string;
      readonly namespace?: string;
    }
  | {
      readonly kind: 'aws';
      /** EKS Pod Identity comes first where the pod has it. */
      readonly podIdentity: boolean;
      readonly roles: AwsStorePlan['auth']['roles'];
      readonly audience?: string;
      readonly sessionName: string;
    }
  | { readonly kind: 'none' };

export interface ExplainedStore {
  readonly name: string;
  readonly kind: PlanStore['kind'];
  readonly provider: PlanStore['provider']['type'];
  /** A server, a region or a path. */
  readonly address: string;
  /** Of Vault. */
  readonly namespace?: string;
  /** What keys are relative to; empty: nothing. */
  readonly base: string;
  readonly login: Login;
}

/** What becomes of one pod, in the terms of whoever wrote the manifest. */
export interface Explanation {
  readonly serviceAccount: string;
  readonly mountPath: string;
  /** In the order in which they start. */
  readonly containers: readonly string[];
  readonly files: readonly ExplainedFile[];
  readonly stores: readonly ExplainedStore[];
  readonly lifecycle: Plan['lifecycle'];
  readonly startTimeoutSeconds: number;
}

const secretsMount = (container: Container): string | undefined =>
  mountsOf(container).find(({ name }) => name === secretsVolumeName)?.mountPath;

const recipientsOf = (pod: Pod): readonly Container[] =>
  allContainers(pod).filter((container) => !isOurs(container.name) && secretsMount(container) !== undefined);

interface ProjectedToken {
  readonly serviceAccountToken?: { readonly path?: string; readonly audience?: string };
}

/** The audience of a projected token, by its file name; undefined is the API server's own. */
const audienceOf = (pod: Pod, token: string): string | undefined => {
  const volume = volumes(pod).find(({ name }) => name === identityVolumeName);
  const projected = volume?.['projected'] as { readonly sources?: readonly ProjectedToken[] } | undefined;
  const found = projected?.sources?.find(
    ({ serviceAccountToken }) => serviceAccountToken?.path === `${tokensFolder}/${token}`,
  );
  return found?.serviceAccountToken?.audience;
};

const vaultLogin = ({ auth }: VaultStorePlan, pod: Pod): Login => ({
  kind: 'vault',
  mount: `auth/${auth.mountPath}`,
  ...given({ role: auth.role, audience: audienceOf(pod, auth.token), namespace: auth.namespace }),
});

const awsLogin = ({ auth }: AwsStorePlan, pod: Pod): Login => ({
  kind: 'aws',
  podIdentity: auth.podIdentity,
  roles: auth.roles,
  sessionName: auth.sessionName,
  ...given({ audience: audienceOf(pod, auth.token) }),
});

const explainStore = ({ name, kind, provider }: PlanStore, pod: Pod): ExplainedStore => {
  const common = { name, kind, provider: provider.type };
  if (provider.type === 'file')
    return { ...common, address: provider.path, base: '', login: { kind: 'none' } };
  if (provider.type === 'vault')
    return {
      ...common,
      address: provider.server,
      ...given({ namespace: provider.namespace }),
      base: provider.path,
      login: vaultLogin(provider, pod),
    };
  const address = provider.secretsManagerEndpoint ?? provider.region;
  return { ...common, address, base: provider.prefix, login: awsLogin(provider, pod) };
};

/** Reads a decision as whoever wrote the manifest would ask about it. */
export const explainInjection = ({ plan, pod }: Injection): Explanation => {
  const containers = recipientsOf(pod);
  const [mountPath = ''] = containers.flatMap((container) => secretsMount(container) ?? []);
  const agent = initContainers(pod).find(({ name }) => isOurs(name))?.securityContext;
  const owner = agent?.runAsUser ?? 0;
  const group = plan.fileGroup ?? agent?.runAsGroup ?? 0;
  return {
    serviceAccount: `${plan.namespace}/${plan.serviceAccount}`,
    mountPath,
    containers: containers.map(({ name }) => name),
    files: explainFiles({ plan, mountPath, owner, group }),
    stores: plan.stores.map((store) => explainStore(store, pod)),
    lifecycle: plan.lifecycle,
    startTimeoutSeconds: plan.startTimeoutSeconds,
  };
};
