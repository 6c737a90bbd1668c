import type { Plan, PlanFind, PlanSource, PlanStore } from '../../lib/plan.ts';

const findOf = ({ path, name, tags }: PlanFind): string =>
  [
    ...(path === undefined ? [] : [`path=${path}`]),
    ...(name === undefined ? [] : [`name=${name}`]),
    ...(tags ?? []).map((tag) => `tags.${tag.name}=${tag.value}`),
  ].join('&');

/** A source as a ref writes it; of what is found, how. */
const refOf = (source: PlanSource, store: string): string => {
  const { key, version, stage, parameters, find } = source;
  if (find !== undefined) return `${store}://find(${findOf(find)})`;
  const query = [
    ...(version === undefined ? [] : [`version=${version}`]),
    ...(stage === undefined ? [] : [`stage=${stage}`]),
    ...(parameters ?? []).map(({ name, value }) => `parameter.${name}=${encodeURIComponent(value)}`),
  ];
  return `${store}://${key}${query.length === 0 ? '' : `?${query.join('&')}`}`;
};

const externalSecretsOf = ({ namespace, files }: Plan): { readonly 'external-secrets'?: string } => {
  const names = files.flatMap((file) =>
    file.kind === 'external-secret' ? [`${namespace}/${file.name}`] : [],
  );
  return names.length === 0 ? {} : { 'external-secrets': names.sort().join(', ') };
};

const storeOf = ({ kind, name, provider }: PlanStore): string =>
  `${kind}/${name}${provider.type === 'broker' ? ' (broker)' : ''}`;

/**
 * What the API server's audit log says of an injected pod. The API server puts the webhook's name before each key
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response).
 */
export const auditAnnotations = (plan: Plan): Readonly<Record<string, string>> => ({
  ...externalSecretsOf(plan),
  keys: plan.sources.map((source) => refOf(source, plan.stores[source.store]?.name ?? '')).join(', '),
  'service-account': `${plan.namespace}/${plan.serviceAccount}`,
  stores: plan.stores.map(storeOf).join(', '),
});
