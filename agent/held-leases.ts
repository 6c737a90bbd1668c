import type { Clock } from '../lib/clock.ts';
import type { Redacted } from '../lib/redacted.ts';
import type { Lease, SecretDocument } from '../providers/provider.ts';
import type { FileFailure } from './core/acceptance.ts';
import { holdLease, leaseTime, renewedLease, type HeldLease } from './core/lease.ts';

/** A lease as it stands now. */
export interface LeaseView {
  readonly lease: HeldLease;
  /** Milliseconds since the epoch, as leases see it (`leaseTime`). */
  readonly now: number;
  /** Whether its document makes the files that need it. */
  readonly usable: boolean;
}

/** A lease with the document that it came with, which is kept whether or not files can be made of it. */
export interface LeasedDocument {
  readonly lease: HeldLease;
  readonly document: Redacted<Buffer>;
  readonly version?: string | undefined;
  /** When it was last read or renewed, in milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** Why files could not be made of it. */
  readonly failures: readonly FileFailure[];
}

interface Entry extends LeasedDocument {
  readonly since: { readonly wall: number; readonly monotonic: number };
}

/** The leases that the agent holds, by the index of their source in the plan, and the time that passes for them. */
export class HeldLeases {
  readonly #clock: Clock;
  readonly #entries = new Map<number, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(index: number): LeasedDocument | undefined {
    return this.#entries.get(index);
  }

  view(index: number): LeaseView | undefined {
    const entry = this.#entries.get(index);
    if (entry === undefined) return undefined;
    const { lease, failures, since } = entry;
    return { lease, usable: failures.length === 0, now: leaseTime(since, this.#time()) };
  }

  /** Whether a source's lease has come to its end. */
  hasEnded(index: number): boolean {
    const view = this.view(index);
    return view !== undefined && view.now >= view.lease.expiresAt;
  }

  /** Holds what came just now. A document without a lease takes the place of one that had one. */
  hold(index: number, { bytes, version, lease }: SecretDocument): void {
    const at = this.#clock.now();
    if (lease === undefined) this.#entries.delete(index);
    else
      this.#set(index, {
        lease: holdLease(lease, at),
        document: bytes,
        version,
        fetchedAt: at,
        failures: [],
      });
  }

  /** Takes over what an earlier process held. */
  restore(index: number, leased: LeasedDocument): void {
    this.#set(index, leased);
  }

  /** Notes what came of a lease's document. */
  mark(index: number, failures: readonly FileFailure[]): void {
    const entry = this.#entries.get(index);
    if (entry !== undefined) this.#entries.set(index, { ...entry, failures });
  }

  /** Takes a renewal; gives what is held now. */
  renew(index: number, renewal: Lease): LeasedDocument | undefined {
    const entry = this.#entries.get(index);
    if (entry === undefined) return undefined;
    const lease = renewedLease(entry.lease, renewal);
    const renewed = { ...entry, lease, fetchedAt: this.#clock.now() };
    this.#set(index, renewed);
    return renewed;
  }

  delete(index: number): void {
    this.#entries.delete(index);
  }

  #set(index: number, leased: LeasedDocument): void {
    this.#entries.set(index, { ...leased, since: this.#time() });
  }

  #time(): Entry['since'] {
    return { wall: this.#clock.now(), monotonic: this.#clock.monotonic() };
  }
}
