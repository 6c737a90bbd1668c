import type { Plan } from '../../../lib/plan.ts';
import { ManualClock } from '../manual-clock.ts';
import type { RunningAgent } from './in-process.ts';
import { LeasingStore, openByName, type LeasingTerms } from './leasing-store.ts';
import { fileAt, fileStore, planOf, sourceOf } from './plans.ts';
import { ScriptedStores } from './scripted-stores.ts';
import { runUntilTestEnds } from './three-stores.ts';

export const second = 1_000;
export const hour = 3_600_000;

/** A credential of the store `vault` and a key of the store `plain`, a file each. */
export const leasedPlan: Plan = planOf({
  stores: [fileStore('vault'), fileStore('plain')],
  sources: [sourceOf('creds'), sourceOf('key', { store: 1, intervalSeconds: 60 })],
  files: [fileAt('user', { property: 'user' }), fileAt('key', { source: 1 })],
});

/** A backend with leases, one without, and agents of one pod after another, by one clock. */
export interface LeaseWorld {
  readonly clock: ManualClock;
  readonly vault: LeasingStore;
  readonly plain: ScriptedStores;
  readonly run: (options?: Partial<Parameters<typeof runUntilTestEnds>[0]>) => Promise<RunningAgent>;
}

export const leaseWorld = (terms: LeasingTerms): LeaseWorld => {
  const clock = new ManualClock();
  const vault = new LeasingStore(clock, terms);
  const plain = new ScriptedStores({ 'plain/key': 'k1' });
  const stores = openByName({ vault: vault.open, plain: plain.open });
  return {
    clock,
    vault,
    plain,
    run: (options = {}) => runUntilTestEnds({ plan: leasedPlan, stores, clock, ...options }),
  };
};

export interface ShownLease {
  readonly expiresInSeconds: number;
  readonly renewable: boolean;
  readonly nextRenewalSeconds: number | null;
}

interface Shown {
  readonly stale: boolean;
  readonly ageSeconds: number | null;
  readonly nextRefreshSeconds: number | null;
  readonly lease: ShownLease | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** What `/status` says of the credential's file. */
export const shownCredential = ({ agent }: RunningAgent): Shown | undefined =>
  (agent.status() as { refs: readonly Shown[] }).refs[0];
