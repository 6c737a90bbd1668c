import { given } from '../../lib/given.ts';
import { identityVolumeName, secretsVolumeName, tokensFolder } from '../../lib/names.ts';
import type { BrokerLogin } from '../../lib/broker/route.ts';
import type { AwsStorePlan, BrokerStorePlan, Plan, PlanStore, VaultStorePlan } from '../../lib/plan.ts';
import type { Store } from '../../lib/stores/store.ts';
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
import type { BrokeredStore } from './brokered.ts';
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
  | {
      readonly kind: 'broker';
      /** As whom the broker reads. */
      readonly as:
        | { readonly kind: 'credential'; readonly names: readonly string[] }
        | { readonly kind: 'service-account'; readonly serviceAccount: string }
        | { readonly kind: 'broker' };
      /** Of the token that proves the pod to the broker. */
      readonly audience?: string;
      readonly server: string;
    }
  | { readonly kind: 'none' };

export interface ExplainedStore {
  readonly name: string;
  readonly kind: PlanStore['kind'];
  readonly provider: Exclude<PlanStore['provider']['type'], 'broker'> | BrokerStorePlan['provider'];
  /** A server, a region or a path. */
  readonly address: string;
  /** Of Vault. */
  readonly namespace?: string;
  /** Of Bitwarden. */
  readonly project?: string;
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

/** A store that the agent reads itself. */
type OwnStore = Omit<PlanStore, 'provider'> & {
  readonly provider: Exclude<PlanStore['provider'], BrokerStorePlan>;
};

const explainOwn = ({ name, kind, provider }: OwnStore, pod: Pod): ExplainedStore => {
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

/** Where a store that the broker reads is. */
const placeOf = ({ provider }: Store): Pick<ExplainedStore, 'address' | 'namespace' | 'project' | 'base'> => {
  switch (provider.type) {
    case 'vault':
      return { address: provider.server, ...given({ namespace: provider.namespace }), base: provider.path };
    case 'aws':
      return { address: provider.secretsManagerEndpoint ?? provider.region, base: provider.prefix };
    case 'bitwardensecretsmanager':
      return { address: provider.apiUrl, project: provider.projectId, base: '' };
    case 'file':
      return { address: provider.path, base: '' };
  }
};

const asOf = (as: BrokerLogin): Extract<Login, { kind: 'broker' }>['as'] => {
  switch (as.kind) {
    case 'credential':
      return { kind: 'credential', names: as.credentials.map(({ name }) => name) };
    case 'service-account':
      return { kind: 'service-account', serviceAccount: `${as.namespace}/${as.name}` };
    case 'broker':
      return as;
  }
};

const explainBrokered = (
  { store, as }: BrokeredStore,
  provider: BrokerStorePlan['provider'],
  { plan: { broker }, pod }: Injection,
): ExplainedStore => ({
  name: store.name,
  kind: store.kind,
  provider,
  ...placeOf(store),
  login: {
    kind: 'broker',
    as: asOf(as),
    ...given({ audience: audienceOf(pod, broker?.token ?? '') }),
    server: broker?.server ?? '',
  },
});

const explainStores = (
  injection: Injection,
  brokered: ReadonlyMap<number, BrokeredStore>,
): readonly ExplainedStore[] =>
  injection.plan.stores.flatMap(({ provider, ...store }, index) => {
    if (provider.type !== 'broker') return [explainOwn({ ...store, provider }, injection.pod)];
    const found = brokered.get(index);
    return found === undefined ? [] : [explainBrokered(found, provider.provider, injection)];
  });

/** Reads a decision as whoever wrote the manifest would ask about it. */
export const explainInjection = (
  injection: Injection,
  brokered: ReadonlyMap<number, BrokeredStore>,
): Explanation => {
  const { plan, pod } = injection;
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
    stores: explainStores(injection, brokered),
    lifecycle: plan.lifecycle,
    startTimeoutSeconds: plan.startTimeoutSeconds,
  };
};
