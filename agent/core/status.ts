import { sourcesOfFile, type Plan } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { sourceText } from '../../lib/source-text.ts';
import type { FileFailure } from './acceptance.ts';
import type { Due } from './due.ts';
import type { FileOrigin, Memory, Renderings } from './generation.ts';
import { sourceAddress, storeIdentity } from './identity.ts';
import { PlanInputs } from './inputs.ts';
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
  readonly renderings: Renderings;
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
  /** The key, or what is looked for (`find …`). */
  readonly key: string;
  /** The store's own name for the version in use. */
  readonly version: string | null;
  /** Seconds since the value was last read or confirmed, or its lease renewed. */
  readonly ageSeconds: number | null;
  /** Seconds until it is read again; null: only when asked for, or when its lease cannot be renewed any more. */
  readonly nextRefreshSeconds: number | null;
  /** Null: the value has none. */
  readonly lease: LeaseStatus | null;
  /** Whether the store says that there is no such secret any more. */
  readonly gone: boolean;
  /** Whether the file keeps an older value because the last read or renewal was no use, or a value whose lease has ended. */
  readonly stale: boolean;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Why the last reads of what a file is made of were no use for it, those first that it cannot do without. */
const readFailures = (
  { reports }: Situation,
  inputs: readonly number[],
  file: number,
): readonly FileFailure[] => {
  const failures = inputs.flatMap((input) => {
    const ofInput = reports[input]?.failures ?? [];
    const own = ofInput.find((failure) => failure.file === file);
    return own ?? ofInput.find(({ tolerated }) => tolerated !== true) ?? [];
  });
  return failures.sort((a, b) => Number(a.tolerated === true) - Number(b.tolerated === true));
};

const renderError = ({ renderings }: Situation, file: number): ProviderError | undefined => {
  const rendering = renderings[file];
  if (rendering === undefined) return undefined;
  return rendering.ok ? rendering.value.behind : rendering.error;
};

const hasEnded = ({ leases }: Situation, source: number): boolean => {
  const held = leases[source];
  return held !== undefined && held.now >= held.lease.expiresAt;
};

/** Why a file is not what its sources say now, of those that it is shown or counted for. */
const errorOf = (
  situation: Situation,
  inputs: readonly number[],
  file: number,
): ProviderError | undefined => {
  const [failure] = readFailures(situation, inputs, file);
  const error = failure?.error ?? renderError(situation, file);
  if (!inputs.some((input) => hasEnded(situation, input))) return error;
  if (error === undefined) return providerError('unavailable', 'the lease has ended');
  return { ...error, message: `the lease has ended; ${error.message}` };
};

/** Whether a file has a value that the last reads or renewals could not confirm. */
export const isStale = (situation: Situation, file: number): boolean => {
  const origin = situation.origins[file];
  if (origin === 'carried') return true;
  const planFile = situation.plan.files[file];
  if (origin !== 'document' || planFile === undefined) return false;
  const inputs = new PlanInputs(situation.plan).ofFile(planFile);
  // What a template has of an optional secret may be older than what it cannot be told.
  const isOld = ({ error }: FileFailure): boolean =>
    planFile.kind === 'template' && situation.memories[error.source ?? -1]?.document !== undefined;
  const failed = readFailures(situation, inputs, file).some(
    (failure) => failure.tolerated !== true || isOld(failure),
  );
  return (
    failed || renderError(situation, file) !== undefined || inputs.some((input) => hasEnded(situation, input))
  );
};

/** How many files are stale. */
export const countStale = (situation: Situation): number =>
  situation.plan.files.filter((_, index) => isStale(situation, index)).length;

const seconds = (milliseconds: number): number => Math.round(milliseconds / 1_000);

const memoryStatus = (memory: Memory | undefined, now: number): Pick<RefStatus, 'version' | 'ageSeconds'> =>
  memory?.document === undefined
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

const refStatus = (
  situation: Situation,
  {
    index,
    source,
    inputs,
  }: { readonly index: number; readonly source: number; readonly inputs: readonly number[] },
  next: NextStep,
): RefStatus => {
  const { plan, memories, now } = situation;
  const planSource = plan.sources[source];
  const memory = memories[source];
  const error = errorOf(situation, inputs, index);
  return {
    file: plan.files[index]?.path ?? '',
    store: planSource === undefined ? '' : sourceAddress(plan, planSource).store,
    key: planSource === undefined ? '' : sourceText(planSource),
    ...memoryStatus(memory, now),
    nextRefreshSeconds: secondsUntil('read', next),
    lease: leaseStatus(situation.leases[source], next),
    gone: memory?.gone === true,
    stale: isStale(situation, index),
    error: error === undefined ? null : { code: error.code, message: error.message },
  };
};

/**
 * The status of every file of the plan, in its order; of a file that is made of several secrets, one for each of them. No values,
 * and no names of leases: whoever knows one may end it.
 */
export const refStatuses = (
  situation: Situation,
  nextStep: (source: number) => NextStep,
): readonly RefStatus[] => {
  const inputs = new PlanInputs(situation.plan);
  return situation.plan.files.flatMap((file, index) => {
    const sources = sourcesOfFile(file);
    // What is nobody's alone (a ConfigMap) is shown with each.
    const shared = inputs.ofFile(file).slice(sources.length);
    return sources.map((source) =>
      refStatus(situation, { index, source, inputs: [source, ...shared] }, nextStep(source)),
    );
  });
};

/**
 * For each store (by name) the time, in seconds since the epoch, of the last good read or renewal of whichever of its secrets has
 * gone longest without one. Secrets that are read once do not count unless they have a lease, nor do those that never came.
 */
export const lastSuccesses = ({ plan, memories, leases }: Situation): ReadonlyMap<string, number> => {
  const oldest = new Map<string, number>();
  plan.sources.forEach((source, index) => {
    const [store, memory] = [plan.stores[source.store], memories[index]];
    if (store === undefined || memory === undefined) return;
    if (memory.document === undefined && !memory.gone) return;
    if (source.intervalSeconds === 0 && leases[index] === undefined) return;
    const at = memory.fetchedAt / 1_000;
    oldest.set(store.name, Math.min(at, oldest.get(store.name) ?? at));
  });
  return oldest;
};

/** What `/status` says of the broker. */
export interface BrokerStatus {
  readonly server: string;
  /** The stores that come through it. */
  readonly stores: readonly string[];
  /** `open`: it tells at once of what changes. `closed`: it is asked on the intervals until the feed is open again. */
  readonly feed: 'open' | 'closed';
}

/** Null: no store of the plan comes through the broker. `feeds` are those of the plan's stores, which share one. */
export const brokerStatus = (
  { broker, stores }: Plan,
  feeds: readonly (BrokerStatus['feed'] | undefined)[],
): BrokerStatus | null =>
  broker === undefined
    ? null
    : {
        server: broker.server,
        stores: stores.filter(({ provider }) => provider.type === 'broker').map(storeIdentity),
        feed: feeds.includes('open') ? 'open' : 'closed',
      };
