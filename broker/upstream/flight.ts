import type { Entry } from './entry.ts';
import type { Served } from './upstream.ts';

/** One who waits for the answer of one read. */
export interface Asker {
  readonly podUid: string;
  readonly namespace: string;
  readonly fresh: boolean;
  /** When it has waited long enough for its turn (`Clock.monotonic`). */
  deadline: number;
  readonly settle: (served: Served) => void;
  /** What it waits for; undefined as soon as it does not any more. */
  flight: Flight | undefined;
}

/** One request about one thing, from the time that somebody wants it until its answer. */
export class Flight {
  readonly entry: Entry;
  readonly askers = new Set<Asker>();
  /** Whether what a cache on the way has will not do. */
  fresh: boolean;
  /** Whether only a read will do, since a check has said so. */
  mustRead = false;
  /** Whether it is on its way: who wants something newer has to wait for another one. */
  isUnderWay = false;
  /** Whether it counts as a credential that is made (`Issuance`). */
  isCounted = false;

  constructor(entry: Entry, fresh: boolean) {
    this.entry = entry;
    this.fresh = fresh;
  }

  /** Whether anybody still waits for it. */
  get isWanted(): boolean {
    return this.askers.size > 0 || this.entry.audience.size > 0;
  }
}
