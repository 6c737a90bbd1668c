import type { Plan } from '../../lib/plan.ts';

/**
 * What the API server's audit log says of an injected pod. The API server puts the webhook's name before each key
 * (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response).
 */
export const auditAnnotations = (plan: Plan): Readonly<Record<string, string>> => ({
  keys: plan.sources
    .map(
      ({ store, key, version }) =>
        `${plan.stores[store]?.name ?? ''}://${key}${version === undefined ? '' : `?version=${version}`}`,
    )
    .join(', '),
  'service-account': `${plan.namespace}/${plan.serviceAccount}`,
  stores: plan.stores.map(({ kind, name }) => `${kind}/${name}`).join(', '),
});
