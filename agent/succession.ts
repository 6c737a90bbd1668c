import type { Clock } from '../lib/clock.ts';
import type { Plan } from '../lib/plan.ts';
import type { FileFailure } from './core/acceptance.ts';
import { addressText, sourceAddress } from './core/identity.ts';
import type { HeldLease } from './core/lease.ts';
import type { RememberedSource } from './core/state-format.ts';
import type { HeldLeases } from './held-leases.ts';
import { asHolding, type Holding, type Holdings } from './holdings.ts';

/** What one process of a pod hands on to the next: its last good documents and the leases that it holds. */

export interface MemoryParts {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly leases: HeldLeases;
  readonly holdings: Holdings;
  /** Sources that this process has had no answer for. */
  readonly unread: Set<number>;
}

/** What the next process of this pod is to know. */
export const rememberedSources = ({
  plan,
  leases,
  holdings,
}: Pick<MemoryParts, 'plan' | 'leases' | 'holdings'>): readonly RememberedSource[] =>
  plan.sources.flatMap((source, index): readonly RememberedSource[] => {
    const leased = leases.get(index);
    const memory = holdings.memory(index);
    const known = leased ?? memory;
    if (known === undefined) return [];
    const { version: documentVersion, fetchedAt, document } = known;
    const rest = { gone: memory?.gone, lease: leased?.lease };
    return [{ ...sourceAddress(plan, source), document, documentVersion, fetchedAt, ...rest }];
  });

/** Returns whether what is remembered can be of use: a credential that has ended meanwhile is not. */
const restoreLease = (
  { leases, unread }: MemoryParts,
  index: number,
  { lease, document, documentVersion: version, fetchedAt }: RememberedSource,
): boolean => {
  if (lease === undefined) return true;
  if (document === undefined) return false;
  leases.restore(index, { lease, document, version, fetchedAt, failures: [] });
  if (leases.hasEnded(index)) leases.delete(index);
  else unread.delete(index);
  return !unread.has(index);
};

/** Whether a credential of no use is old enough for its source to be asked for another one. */
const isOutwaited = ({ plan, clock }: MemoryParts, index: number, { issued }: HeldLease): boolean => {
  const seconds = plan.sources[index]?.intervalSeconds ?? 0;
  return seconds > 0 && clock.now() >= issued.at + seconds * 1_000;
};

/** Returns whether it is of use: a credential whose files cannot be made still is held. */
const noteRestored = (
  parts: MemoryParts,
  index: number,
  { lease, fetchedAt }: RememberedSource,
  failures: readonly FileFailure[],
): boolean => {
  const { leases, holdings, unread } = parts;
  if (failures.length > 0 && (lease === undefined || isOutwaited(parts, index, lease))) {
    leases.delete(index);
    unread.add(index);
    holdings.forgetReport(index);
    return false;
  }
  holdings.report(index, failures, fetchedAt);
  return true;
};

/** Takes over what a process before this one knew, by what was read. Returns how many sources are of use for this plan. */
export const restoreSources = (parts: MemoryParts, remembered: readonly RememberedSource[]): number => {
  const { plan, holdings } = parts;
  const byAddress = new Map(remembered.map((source) => [addressText(source), source]));
  const found = plan.sources.flatMap((source, index): [number, RememberedSource][] => {
    const known = byAddress.get(addressText(sourceAddress(plan, source)));
    return known !== undefined && restoreLease(parts, index, known) ? [[index, known]] : [];
  });
  const candidates = found.map(([index, known]): [number, Holding] => [index, asHolding(known)]);
  const refused = holdings.offer(new Map(candidates));
  return found.filter(([index, known]) => noteRestored(parts, index, known, refused.get(index) ?? [])).length;
};
