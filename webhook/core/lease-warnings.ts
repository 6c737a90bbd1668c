import { looksDynamic } from '../../lib/dynamic-key.ts';
import type { Lifecycle } from '../../lib/plan.ts';
import type { ResolvedSecret } from './resolve.ts';

/** With `init` nobody stays to renew or to revoke: a credential that Vault made ends while the app uses it. */
export const leaseWarnings = (lifecycle: Lifecycle, secrets: readonly ResolvedSecret[]): readonly string[] =>
  lifecycle === 'init'
    ? secrets
        .filter(({ request, store }) => store.provider.type === 'vault' && looksDynamic(request.ref))
        .map(
          ({ request }) =>
            `${request.place}: ${request.ref.key} looks like a credential made for the pod; with lifecycle init nobody renews or revokes it, and it ends with its lease`,
        )
    : [];
