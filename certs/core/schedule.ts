/** What the schedule needs to know of a certificate. Times are milliseconds since the epoch. */
export interface Leaf {
  readonly fingerprint: string;
  readonly issuedAt: number;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Where a replica stands with its own certificates. Times are monotonic milliseconds. */
export interface Schedule<T extends Leaf> {
  readonly serving: T;
  /** Since when the served certificate has been in the bundle without a break. */
  readonly servingSeen: number | undefined;
  /** Whether the served one has once been in the bundle for long enough. Never goes back. */
  readonly ready: boolean;
  /** The one to come, while callers learn of it. */
  readonly next: T | undefined;
  readonly nextSeen: number | undefined;
  /** The one before, while connections and callers let go of it, and until when. */
  readonly previous: T | undefined;
  readonly previousUntil: number;
}

export interface Observation {
  readonly now: number;
  readonly monotonic: number;
  /** Fingerprints of the leaves that callers have been told to trust, as far as is seen. */
  readonly seen: ReadonlySet<string>;
  /** Whether nobody calls yet who would have to learn of the served one first: it is ready then without waiting. */
  readonly nobodyWaits?: boolean;
}

/** How long callers take to learn of a new certificate, in milliseconds since it was seen. */
export interface ScheduleTimes {
  /** Until the first one counts as trusted. */
  readonly readyAfter: number;
  /** Until the next one is served. */
  readonly serveAfter: number;
  /** Until the one before leaves the bundle, since the next is served. */
  readonly removeAfter: number;
}

export interface Step<T extends Leaf> {
  readonly schedule: Schedule<T>;
  /** Whether a new certificate is due: make one and hand it over by `withNext`. */
  readonly make: boolean;
  /** In how many milliseconds to look again, if nothing is observed before. */
  readonly lookAgainIn: number;
}

/** An API server hears of a new bundle by a watch of its own; by now it has. */
export const webhookTimes: ScheduleTimes = { readyAfter: 5000, serveAfter: 60_000, removeAfter: 60_000 };
/** A kubelet shows a pod a changed ConfigMap after 90 s at most; a caller that opens a connection later than this has looked. */
export const brokerTimes: ScheduleTimes = { readyAfter: 150_000, serveAfter: 150_000, removeAfter: 60_000 };

/** Also finds out that the process was paused or the clock set: a timer alone would be late by as much. */
const lookEvery = 60_000;
/** Whether somebody calls yet is nothing that is told when it changes: nobody is to wait for it longer than this. */
const lookUntilReady = 1_000;

/** No shorter life leaves the time to hand over between 2/3 of it and its end. */
export const leastLifetimeMilliseconds = 10 * 60_000;

export const firstSchedule = <T extends Leaf>(serving: T): Schedule<T> => ({
  serving,
  servingSeen: undefined,
  ready: false,
  next: undefined,
  nextSeen: undefined,
  previous: undefined,
  previousUntil: 0,
});

export const withNext = <T extends Leaf>(schedule: Schedule<T>, next: T): Schedule<T> => ({
  ...schedule,
  next,
  nextSeen: undefined,
});

/** The own certificates that belong in the bundle. */
export const wantedLeaves = <T extends Leaf>({ serving, next, previous }: Schedule<T>): readonly T[] =>
  [previous, serving, next].filter((leaf) => leaf !== undefined);

const usable = ({ notBefore, notAfter }: Leaf, now: number): boolean => notBefore <= now && now < notAfter;

const renewalDue = (leaf: Leaf, now: number): boolean =>
  !usable(leaf, now) || now >= leaf.issuedAt + ((leaf.notAfter - leaf.issuedAt) * 2) / 3;

/** Since when it has been seen: kept while it is, forgotten when it is not. */
const seenSince = (
  leaf: Leaf | undefined,
  since: number | undefined,
  { seen, monotonic }: Observation,
): number | undefined =>
  leaf !== undefined && seen.has(leaf.fingerprint) ? (since ?? monotonic) : undefined;

const handOver = <T extends Leaf>(
  schedule: Schedule<T>,
  { now, monotonic }: Observation,
  { serveAfter, removeAfter }: ScheduleTimes,
): Schedule<T> => {
  const { serving, next, nextSeen } = schedule;
  if (next === undefined || nextSeen === undefined) return schedule;
  // A served certificate that nobody accepts any more is worth no waiting.
  if (monotonic - nextSeen < serveAfter && usable(serving, now)) return schedule;
  return {
    ...schedule,
    serving: next,
    servingSeen: nextSeen,
    next: undefined,
    nextSeen: undefined,
    previous: serving,
    previousUntil: monotonic + removeAfter,
  };
};

const timeUntilNext = <T extends Leaf>(
  schedule: Schedule<T>,
  { now, monotonic }: Observation,
  { readyAfter, serveAfter }: ScheduleTimes,
): number => {
  const { serving, servingSeen, ready, next, nextSeen, previous, previousUntil } = schedule;
  const times = [ready ? lookEvery : lookUntilReady];
  if (!ready && servingSeen !== undefined) times.push(servingSeen + readyAfter - monotonic);
  if (nextSeen !== undefined) times.push(nextSeen + serveAfter - monotonic, serving.notAfter - now);
  if (previous !== undefined) times.push(previousUntil - monotonic);
  if (next === undefined)
    times.push(serving.issuedAt + ((serving.notAfter - serving.issuedAt) * 2) / 3 - now);
  return Math.max(0, Math.min(...times.filter((time) => time > 0)));
};

const isReady = <T extends Leaf>(
  { ready }: Schedule<T>,
  servingSeen: number | undefined,
  { monotonic, nobodyWaits = false }: Observation,
  { readyAfter }: ScheduleTimes,
): boolean => ready || nobodyWaits || (servingSeen !== undefined && monotonic - servingSeen >= readyAfter);

/**
 * Takes the schedule on by what is seen now. A new certificate is due at 2/3 of the served one's life; it is served when it has been
 * seen for as long as the times say (60 s), and the old one leaves the bundle a while after that (60 s). The first one makes the replica
 * ready when it has been seen for long enough (5 s).
 */
export const step = <T extends Leaf>(
  schedule: Schedule<T>,
  observation: Observation,
  times: ScheduleTimes = webhookTimes,
): Step<T> => {
  const { serving, next, previous, previousUntil } = schedule;
  const { now, monotonic } = observation;
  const servingSeen = seenSince(serving, schedule.servingSeen, observation);
  const seen: Schedule<T> = {
    ...schedule,
    servingSeen,
    ready: isReady(schedule, servingSeen, observation, times),
    nextSeen: seenSince(next, schedule.nextSeen, observation),
    previous: monotonic >= previousUntil ? undefined : previous,
  };
  const after = handOver(seen, observation, times);
  const make = after.next === undefined && renewalDue(after.serving, now);
  return { schedule: after, make, lookAgainIn: timeUntilNext(after, observation, times) };
};
