import type { Plan } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Due } from './due.ts';
import type { FileOrigin, Memory } from './generation.ts';
import { addressOfFile } from './identity.ts';
import type { HeldLease } from './lease.ts';
import type { SourceReports } from './start-rules.ts';

/** A lease and the time that has passed for it, in milliseconds since the epoch. */
export interface LeaseNow {
  readonly lease: HeldLease;
  readonly now: number;
}

/** What the agent knows at one moment; arrays go by indexes in the plan. */
export interface Situation {
  readonly plan: Plan;
  readonly memories: readonly (Memory | undefined)[];
  readonly reports: SourceReports;
  readonly leases: readonly (LeaseNow | undefined)[];
  readonly origins: readonly FileOrigin[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What `/status` says of the lease that a value came with. */
export interface LeaseStatus {
  /** 0: it has ended, and the value works no more. */
  readonly expiresInSeconds: number;
  readonly renewable: boolean;
  /** Seconds until it is renewed, with the same value; null: it is replaced by a new value next. */
  readonly nextRenewalSeconds: number | null;
}

/** What `/status` says of one ref. */
export interface RefStatus {
  readonly file: string;
  readonly store: string;
  readonly key: string;
  /** The store's own name for the version in use. */
  readonly version: string | null;
  /** Seconds since the value was last read or confirmed, or its lease renewed. */
  readonly ageSeconds: number | null;
  /** Seconds until it is read again; null: only when asked for, or when its lease cannot be renewed any more. */
  readonly nextRefreshSeconds: number | null;
  /** Null: the value has none. */
  readonly lease: LeaseStatus | null;
  /** Whether the file keeps an older value because the last read or renewal was no use, or a value whose lease has ended. */
  readonly stale: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

const readError = ({ plan, memories, reports }: Situation, file: number): ProviderError | undefined => {
  const source = plan.files[file]?.source ?? -1;
  const failures = reports[source]?.failures ?? [];
  const failure = failures.find((candidate) => candidate.file === file) ?? failures[0];
  if (failure !== undefined) return failure.error;
  const rendering = memories[source]?.renderings.get(file);
  return rendering?.ok === false ? rendering.error : undefined;
};

const hasEnded = ({ plan, leases }: Situation, file: number): boolean => {
  const held = leases[plan.files[file]?.source ?? -1];
  return held !== undefined && held.now >= held.lease.expiresAt;
};

/**
 * Why a file is not what its source says now, or undefined where it is. A document is taken as a whole, so a failure of one of
 * its files is every file's.
 */
const fileError = (situation: Situation, file: number): ProviderError | undefined => {
  const error = readError(situation, file);
  if (!hasEnded(situation, file)) return error;
  if (error === undefined) return providerError('unavailable', 'the lease has ended');
  return { ...error, message: `the lease has ended; ${error.message}` };
};

/** Whether a file has a value that the last read or renewal could not confirm. */
export const isStale = (situation: Situation, file: number): boolean => {
  const origin = situation.origins[file];
  if (origin === 'carried') return true;
  return origin === 'document' && fileError(situation, file) !== undefined;
};

/** How many files are stale. */
export const countStale = (situation: Situation): number =>
  situation.plan.files.filter((_, index) => isStale(situation, index)).length;

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1_000);

const memoryStatus = (memory: Memory | undefined, now: number): Pick<RefStatus, 'version' | 'ageSeconds'> =>
  memory === undefined
    ? { version: null, ageSeconds: null }
    : { version: memory.version ?? null, ageSeconds: seconds(Math.max(0, now - memory.fetchedAt)) };

/** What is done next about a source, in how many milliseconds; Infinity for never. */
export interface NextStep {
  readonly action: Due['action'];
  readonly inMs: number;
}

const secondsUntil = (action: Due['action'], next: NextStep): number | null =>
  next.action === action && Number.isFinite(next.inMs) ? seconds(next.inMs) : null;

const leaseStatus = (held: LeaseNow | undefined, next: NextStep): LeaseStatus | null => {
  if (held === undefined) return null;
  const { lease, now } = held;
  return {
    expiresInSeconds: seconds(Math.max(0, lease.expiresAt - now)),
    renewable: lease.renewable,
    nextRenewalSeconds: secondsUntil('renew', next),
  };
};

/** The status of every file of the plan, in its order. No values, and no names of leases: whoever knows one may end it. */
export const refStatuses = (
  situation: Situation,
  nextStep: (source: number) => NextStep,
): readonly RefStatus[] =>
  situation.plan.files.map((file, index) => {
    const address = addressOfFile(situation.plan, file);
    const error = fileError(situation, index);
    const next = nextStep(file.source);
    return {
      file: file.path,
      store: address.store,
      key: address.key,
      ...memoryStatus(situation.memories[file.source], situation.now),
      nextRefreshSeconds: secondsUntil('read', next),
      lease: leaseStatus(situation.leases[file.source], next),
      stale: isStale(situation, index),
      error: error === undefined ? null : { code: error.code, message: error.message },
    };
  });

/**
 * For each store (by name) the time, in seconds since the epoch, of the last good read or renewal of whichever of its secrets has
 * gone longest without one. Secrets that are read once do not count unless they have a lease, nor do those that never came.
 */
export const lastSuccesses = ({ plan, memories, leases }: Situation): ReadonlyMap<string, number> => {
  const oldest = new Map<string, number>();
  plan.sources.forEach((source, index) => {
    const [store, memory] = [plan.stores[source.store], memories[index]];
    if (store === undefined || memory === undefined) return;
    if (source.intervalSeconds === 0 && leases[index] === undefined) return;
    const at = memory.fetchedAt / 1_000;
    oldest.set(store.name, Math.min(at, oldest.get(store.name) ?? at));
  });
  return oldest;
};
