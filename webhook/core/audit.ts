import type { Plan, PlanSource } from '../../lib/plan.ts';

/** A source as a ref writes it. */
const refOf = ({ key, version, stage, parameters }: PlanSource, store: string): string => {
  const query = [
    ...(version === undefined ? [] : [`version=${version}`]),
    ...(stage === undefined ? [] : [`stage=${stage}`]),
    ...(parameters ?? []).map(({ name, value }) => `parameter.${name}=${encodeURIComponent(value)}`),
  ];
  return `${store}://${key}${query.length === 0 ? '' : `?${query.join('&')}`}`;
};

/**
 * What the API server's audit log says of an injected pod. The API server puts the webhook's name before each key
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response).
 */
export const auditAnnotations = (plan: Plan): Readonly<Record<string, string>> => ({
  keys: plan.sources.map((source) => refOf(source, plan.stores[source.store]?.name ?? '')).join(', '),
  'service-account': `${plan.namespace}/${plan.serviceAccount}`,
  stores: plan.stores.map(({ kind, name }) => `${kind}/${name}`).join(', '),
});
