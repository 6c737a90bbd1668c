import type { StoreName } from '../external-secrets/external-secret.ts';
import { admitsPlace } from '../policy/rules.ts';
import { admitsNamespace } from '../stores/conditions.ts';
import type { Store } from '../stores/store.ts';
import type { BrokerInstall } from './install.ts';
import { mayBeBrokered } from './route.ts';

/** A namespace, and what is in it. */
export interface NamespaceContent {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The stores that its ExternalSecrets name. */
  readonly named: readonly StoreName[];
}

const isUsable = ({ kind, namespace, conditions }: Store, { name, labels }: NamespaceContent): boolean =>
  kind === 'SecretStore' ? namespace === name : admitsNamespace(conditions, name, labels);

const isNamed = (store: Store, { named }: NamespaceContent): boolean =>
  named.some(({ kind, name }) => kind === store.kind && name === store.name);

/** Whether a pod there may have a plan with the store: without an ExternalSecret or a rule the policy gives nobody anything. */
const mayBePlanned = (store: Store, place: NamespaceContent): boolean => {
  if (!isUsable(store, place)) return false;
  const who = { namespace: place.name, namespaceLabels: place.labels };
  return isNamed(store, place) || (store.access ?? []).some((rule) => admitsPlace(rule, who));
};

/** The namespaces whose pods may need the broker's certificates, sorted. */
export const trustNamespaces = (
  stores: readonly Store[],
  namespaces: readonly NamespaceContent[],
  install: BrokerInstall,
): readonly string[] => {
  const brokered = stores.filter((store) => mayBeBrokered(store, install));
  const general = brokered.filter(({ kind }) => kind === 'ClusterSecretStore');
  const own = Map.groupBy(
    brokered.filter(({ kind }) => kind === 'SecretStore'),
    ({ namespace = '' }) => namespace,
  );
  return namespaces
    .filter((place) =>
      [...(own.get(place.name) ?? []), ...general].some((store) => mayBePlanned(store, place)),
    )
    .map(({ name }) => name)
    .sort();
};
