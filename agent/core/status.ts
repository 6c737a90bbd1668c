import type { Plan } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { FileOrigin, Memory } from './generation.ts';
import { addressOfFile } from './identity.ts';
import type { SourceReports } from './start-rules.ts';

/** What the agent knows at one moment; arrays go by indexes in the plan. */
export interface Situation {
  readonly plan: Plan;
  readonly memories: readonly (Memory | undefined)[];
  readonly reports: SourceReports;
  readonly origins: readonly FileOrigin[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What `/status` says of one ref. */
export interface RefStatus {
  readonly file: string;
  readonly store: string;
  readonly key: string;
  /** The store's own name for the version in use. */
  readonly version: string | null;
  /** Seconds since the value was last read or confirmed. */
  readonly ageSeconds: number | null;
  /** Seconds until it is read again; null: only when asked for. */
  readonly nextRefreshSeconds: number | null;
  /** Whether the file keeps an older value because the last read was no use. */
  readonly stale: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/**
 * Why a file is not what its source says now, or undefined where it is. A document is taken as a whole, so a failure of one of
 * its files is every file's.
 */
const fileError = ({ plan, memories, reports }: Situation, file: number): ProviderError | undefined => {
  const source = plan.files[file]?.source ?? -1;
  const failures = reports[source]?.failures ?? [];
  const failure = failures.find((candidate) => candidate.file === file) ?? failures[0];
  if (failure !== undefined) return failure.error;
  const rendering = memories[source]?.renderings.get(file);
  return rendering?.ok === false ? rendering.error : undefined;
};

/** Whether a file has a value that the last read could not confirm. */
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

/**
 * The status of every file of the plan, in its order. No values.
 *
 * @param untilRead milliseconds until a source is read next, Infinity for never
 */
export const refStatuses = (
  situation: Situation,
  untilRead: (source: number) => number,
): readonly RefStatus[] =>
  situation.plan.files.map((file, index) => {
    const address = addressOfFile(situation.plan, file);
    const error = fileError(situation, index);
    const next = untilRead(file.source);
    return {
      file: file.path,
      store: address.store,
      key: address.key,
      ...memoryStatus(situation.memories[file.source], situation.now),
      nextRefreshSeconds: Number.isFinite(next) ? seconds(next) : null,
      stale: isStale(situation, index),
      error: error === undefined ? null : { code: error.code, message: error.message },
    };
  });

/**
 * For each store (by name) the time, in seconds since the epoch, of the last good read of whichever of its secrets has gone
 * longest without one. Secrets that are read once do not count, nor do those that never came.
 */
export const lastSuccesses = ({ plan, memories }: Situation): ReadonlyMap<string, number> => {
  const oldest = new Map<string, number>();
  plan.sources.forEach((source, index) => {
    const [store, memory] = [plan.stores[source.store], memories[index]];
    if (store === undefined || memory === undefined || source.intervalSeconds === 0) return;
    const at = memory.fetchedAt / 1_000;
    oldest.set(store.name, Math.min(at, oldest.get(store.name) ?? at));
  });
  return oldest;
};
