import type { Logger } from '../lib/log.ts';
import type { PlanStore } from '../lib/plan.ts';
import type { BoundedStore } from './bounded-store.ts';
import type { Handover } from './handover.ts';
import type { Memories } from './memories.ts';

export interface RevocationOptions {
  /** In the plan's order. */
  readonly stores: readonly { readonly store: PlanStore; readonly access: BoundedStore }[];
  readonly memories: Memories;
  readonly handover: Handover;
  readonly log: Logger;
}

/**
 * Ends the logins that leases hang on, of all stores at once. The state file forgets them first and whatever comes of it: a process
 * that was to go on here must never take a credential for good that may have been ended.
 */
export const revokeLeases = async (options: RevocationOptions): Promise<void> => {
  const { stores, memories, handover, log } = options;
  const concerned = stores.filter(({ access }, index) => access.canRevoke && memories.hangsOnLogin(index));
  for (const { store } of concerned) handover.forget(store);
  await Promise.all(
    concerned.map(async ({ store, access }) => {
      const revoked = await access.revoke();
      if (revoked) log.info({ store: store.name }, 'leases were revoked');
      else log.warn({ store: store.name }, 'leases could not be revoked: they end with their time');
    }),
  );
  // A login that the provider noted meanwhile is over too.
  for (const { store } of concerned) handover.forget(store);
};
