import type { Clock } from '../clock.ts';
import { errorMessage } from '../error-message.ts';
import type { Logger } from '../log.ts';
import type { Result } from '../result.ts';
import type { Asking } from './ask.ts';
import { pause, type Random } from './backoff.ts';
import type { KubeConnection } from './connection.ts';
import type { KubeFailure } from './failure.ts';
import {
  createLease,
  getLease,
  replaceRecord,
  type LeaseName,
  type LeaseObject,
  type LeaseRecord,
} from './lease-object.ts';

/** In milliseconds; the same for all who compete. */
export interface LeaseTimes {
  /** Others take the Lease when it has not changed for so long before their eyes. */
  readonly duration: number;
  /** A holder that could not renew for so long stops. Shorter than `duration` by more than clocks' rates and a write may differ. */
  readonly renewWithin: number;
  /** Between two renewals, and between two looks of those who wait. */
  readonly retry: number;
}

export interface LeaseHolderOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly lease: LeaseName;
  /** Names this process: no other has it, neither now nor after a restart. */
  readonly identity: string;
  /** Done while the Lease is held, once each time; it has to end soon when the signal aborts. */
  readonly whileHeld: (signal: AbortSignal) => Promise<void>;
  /** By default those of Kubernetes' own components. */
  readonly times?: LeaseTimes;
}

export interface LeaseHolder {
  /** Whether this process holds the Lease, at this moment. */
  readonly held: boolean;
  /** Ends the work, and gives the Lease back so that another can have it at once. */
  stop(): Promise<void>;
}

const standardTimes: LeaseTimes = { duration: 15_000, renewWithin: 10_000, retry: 2000 };
/** Who waits looks a little less often than this, each at times of its own. */
const jitter = 0.2;
const answerWithin = 5000;
const giveBackWithin = 3000;
const conflict = 409;
const missing = 404;
const forbidden = 403;

/** RFC 3339 with microseconds, as the API has it. */
const microTime = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z');

class Competitor implements LeaseHolder {
  readonly #options: LeaseHolderOptions;
  readonly #times: LeaseTimes;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  /** What was last seen of the Lease, and since when (monotonic) it has been so. */
  #seen: { readonly version: string; readonly since: number } | undefined;
  #lease: LeaseObject | undefined;
  /** Monotonic. */
  #heldUntil = -Infinity;
  #said: string | undefined;

  constructor(options: LeaseHolderOptions) {
    this.#options = options;
    this.#times = options.times ?? standardTimes;
    this.#running = this.#run();
  }

  get held(): boolean {
    return this.#options.clock.monotonic() < this.#heldUntil;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (await this.#take()) await this.#hold();
  }

  /** Competes until the Lease is ours; false when stopped. */
  async #take(): Promise<boolean> {
    const { clock, random, log, lease, identity } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#tryToTake();
      if (this.held) {
        log.info({ lease: lease.name, identity }, 'took the Lease');
        return true;
      }
      await pause(clock, this.#times.retry * (1 + jitter * random()), signal);
    }
    return false;
  }

  async #tryToTake(): Promise<void> {
    const { lease } = this.#options;
    const found = await getLease(this.#asking(), lease);
    if (!found.ok) {
      if (found.error.status !== missing) this.#failed(found.error);
      else await this.#write(this.#taken(undefined), (asking, record) => createLease(asking, lease, record));
      return;
    }
    const { resourceVersion, record } = found.value;
    if (!this.#isFree(found.value)) return;
    await this.#write(this.#taken(record), (asking, taken) =>
      replaceRecord(asking, lease, { resourceVersion, record: taken }),
    );
  }

  /**
   * Nobody's, our own (a write whose answer got lost), or without a change for as long as it lasts. The time is that since we first saw
   * it as it is, by our own clock: the holder's last renewal was no later, and its clock may show anything.
   */
  #isFree({ resourceVersion, record }: LeaseObject): boolean {
    const { clock, identity } = this.#options;
    const now = clock.monotonic();
    if (this.#seen?.version !== resourceVersion) this.#seen = { version: resourceVersion, since: now };
    if (record.holder === '' || record.holder === identity) return true;
    const lasts = record.durationSeconds > 0 ? record.durationSeconds * 1000 : this.#times.duration;
    return now - this.#seen.since >= lasts;
  }

  #taken(before: LeaseRecord | undefined): LeaseRecord {
    const { clock, identity } = this.#options;
    const now = microTime(clock.now());
    const kept = before?.holder === identity;
    return {
      holder: identity,
      durationSeconds: Math.ceil(this.#times.duration / 1000),
      acquireTime: kept ? before.acquireTime : now,
      renewTime: now,
      transitions: before === undefined ? 0 : before.transitions + (kept ? 0 : 1),
    };
  }

  /** Writes a record that makes the Lease ours, or keeps it so. What is held is counted from before the write: others count from after it. */
  async #write(
    record: LeaseRecord,
    send: (asking: Asking, record: LeaseRecord) => Promise<Result<LeaseObject, KubeFailure>>,
  ): Promise<KubeFailure | undefined> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    const written = await send(this.#asking(), record);
    if (!written.ok) {
      this.#failed(written.error);
      return written.error;
    }
    this.#lease = written.value;
    this.#heldUntil = started + this.#times.renewWithin;
    this.#said = undefined;
    return undefined;
  }

  async #hold(): Promise<void> {
    const { clock, log, lease, identity, whileHeld } = this.#options;
    const lost = new AbortController();
    const work = whileHeld(AbortSignal.any([lost.signal, this.#stop.signal])).catch((error: unknown) => {
      log.error({ error: errorMessage(error) }, 'what the holder of the Lease does has failed');
    });
    const untilNext = (): number => Math.min(this.#times.retry, this.#heldUntil - clock.monotonic());
    while (this.held && (await pause(clock, untilNext(), this.#stop.signal))) await this.#renew();
    lost.abort();
    await work;
    if (this.#stop.signal.aborted) await this.#giveBack();
    else log.warn({ lease: lease.name, identity }, 'lost the Lease');
    this.#heldUntil = -Infinity;
  }

  async #renew(): Promise<void> {
    const { lease, identity } = this.#options;
    const current = this.#lease;
    if (current === undefined || !this.held) return;
    const { resourceVersion, record } = current;
    const failure = await this.#write(this.#taken(record), (asking, renewed) =>
      replaceRecord(asking, lease, { resourceVersion, record: renewed }),
    );
    if (failure?.status === missing) this.#heldUntil = -Infinity;
    if (failure?.status !== conflict) return;
    // Somebody has it, or somebody changed something else about it, a label say.
    const found = await getLease(this.#asking(), lease);
    if (!found.ok) return;
    if (found.value.record.holder === identity) this.#lease = found.value;
    else this.#heldUntil = -Infinity;
  }

  async #giveBack(): Promise<void> {
    const { connection, clock, log, lease, identity } = this.#options;
    const { signal } = new AbortController();
    const asking = { connection, clock, milliseconds: giveBackWithin, signal };
    // As it is now: the answer to a renewal may have been cut off.
    const found = await getLease(asking, lease);
    if (!found.ok || found.value.record.holder !== identity) return;
    const record = {
      ...found.value.record,
      holder: '',
      durationSeconds: 1,
      renewTime: microTime(clock.now()),
    };
    const given = await replaceRecord(asking, lease, { ...found.value, record });
    if (given.ok) log.info({ lease: lease.name, identity }, 'gave the Lease back');
  }

  /** A holder learns in time that it is none any more, whatever the API server does. */
  #asking(): Asking {
    const { connection, clock } = this.#options;
    const left = this.held ? this.#heldUntil - clock.monotonic() : answerWithin;
    return { connection, clock, milliseconds: Math.min(answerWithin, left), signal: this.#stop.signal };
  }

  /** Says the same thing once. */
  #failed({ status, message }: KubeFailure): void {
    const { log, lease } = this.#options;
    if (this.#stop.signal.aborted) return;
    const fields = { lease: lease.name, status, reason: message };
    if (status === conflict) {
      log.debug(fields, 'another process wrote the Lease first');
      return;
    }
    const advice = status === forbidden ? ': grant create on leases, and get and patch on this one' : '';
    const text = `cannot read or write the Lease ${lease.name}${advice}`;
    if (text === this.#said) return;
    this.#said = text;
    log.warn(fields, text);
  }
}

/**
 * Competes for a Lease, so that of several processes one does the work, and another takes over when that one ends or is cut off. What the
 * holder does has to bear that another has begun meanwhile all the same: a process that was paused finds out when it goes on.
 * The client library for Node has no leader election.
 */
export const startLeaseHolder = (options: LeaseHolderOptions): LeaseHolder => new Competitor(options);
