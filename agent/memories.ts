import type { Clock } from '../lib/clock.ts';
import type { Plan } from '../lib/plan.ts';
import { providerError, type ProviderError } from '../lib/provider-error.ts';
import type { Result } from '../lib/result.ts';
import type { Lease, ReadOutcome, SecretDocument } from '../providers/provider.ts';
import { filesOfSource, renderDocument, type FileFailure, type Memory } from './core/generation.ts';
import { addressText, sourceAddress } from './core/identity.ts';
import type { HeldLease } from './core/lease.ts';
import type { LeaseProperties } from './core/render.ts';
import type { SourceReport } from './core/start-rules.ts';
import type { RememberedSource } from './core/state-format.ts';
import { HeldLeases, type LeaseView } from './held-leases.ts';

const asIssued = ({ id, issued }: HeldLease): LeaseProperties => ({ id, ...issued });

/** Each source's last good document, the lease that is held for it, and how its last read or renewal ended. */
export class Memories {
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #leases: HeldLeases;
  readonly #memories: (Memory | undefined)[];
  readonly #reports: (SourceReport | undefined)[];
  readonly #unread: Set<number>;

  constructor(plan: Plan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#leases = new HeldLeases(clock);
    this.#memories = plan.sources.map(() => undefined);
    this.#reports = plan.sources.map(() => undefined);
    this.#unread = new Set(plan.sources.keys());
  }

  /** By the source's index in the plan. */
  get all(): readonly (Memory | undefined)[] {
    return this.#memories;
  }

  /** As `all`, without credentials that have ended: no app is to start with those. */
  get living(): readonly (Memory | undefined)[] {
    return this.#memories.map((memory, index) => (this.#leases.hasEnded(index) ? undefined : memory));
  }

  /** By the source's index in the plan. */
  get reports(): readonly (SourceReport | undefined)[] {
    return this.#reports;
  }

  /** Whether this process has had an answer for every source, good or bad. A lease that lives needs none. */
  get allRead(): boolean {
    return this.#unread.size === 0;
  }

  /** The lease that is held for a source, whether or not its document is of use. */
  lease(index: number): LeaseView | undefined {
    return this.#leases.view(index);
  }

  /** Whether a source has a lease that has come to its end. */
  hasEnded(index: number): boolean {
    return this.#leases.hasEnded(index);
  }

  /** Takes over documents of a process before this one, by what was read. Returns how many are of use for this plan. */
  restore(remembered: readonly RememberedSource[]): number {
    const byAddress = new Map(remembered.map((source) => [addressText(source), source]));
    const restored = this.#plan.sources.filter((source, index) => {
      const found = byAddress.get(addressText(sourceAddress(this.#plan, source)));
      return found !== undefined && this.#restore(index, found);
    });
    return restored.length;
  }

  /** Remembers the credentials among what was read, for the state file to have them before anything is made of them. */
  hold(reads: readonly { readonly index: number; readonly outcome: ReadOutcome }[]): boolean {
    let holds = false;
    for (const { index, outcome } of reads) {
      if (!outcome.ok) continue;
      this.#leases.hold(index, outcome.value);
      holds ||= outcome.value.lease !== undefined;
    }
    return holds;
  }

  /**
   * Takes the outcome of a read, after `hold`. Returns why it is no use, or undefined where it is the source's last good one
   * now.
   */
  take(index: number, outcome: ReadOutcome): ProviderError | undefined {
    this.#unread.delete(index);
    return outcome.ok ? this.#takeDocument(index, outcome.value) : this.#fail(index, outcome.error);
  }

  /** Takes the outcome of a renewal, which changes no document. Returns why it failed. */
  takeRenewal(index: number, outcome: Result<Lease, ProviderError>): ProviderError | undefined {
    this.#unread.delete(index);
    if (!outcome.ok) {
      const { code, message, retryAfterMs } = outcome.error;
      return this.#fail(index, providerError(code, `the lease cannot be renewed: ${message}`, retryAfterMs));
    }
    const held = this.#leases.renew(index, outcome.value);
    const memory = this.#memories[index];
    const failures = held?.failures ?? [];
    this.#report(index, failures);
    if (memory !== undefined && failures.length === 0)
      this.#memories[index] = { ...memory, fetchedAt: this.#clock.now() };
    return undefined;
  }

  /** What the next process of this pod is to know. */
  remembered(): readonly RememberedSource[] {
    return this.#plan.sources.flatMap((source, index): readonly RememberedSource[] => {
      const leased = this.#leases.get(index);
      const known = leased ?? this.#memories[index];
      if (known === undefined) return [];
      const { document, version, fetchedAt } = known;
      const address = sourceAddress(this.#plan, source);
      return [{ ...address, document, documentVersion: version, fetchedAt, lease: leased?.lease }];
    });
  }

  /** Whether any lease of a store (by its index in the plan) ends with a login. */
  hangsOnLogin(store: number): boolean {
    return this.#endingWithLogin(store).length > 0;
  }

  /** Forgets the credentials of a store that end with its login, leases and documents. */
  forgetWithLogin(store: number): void {
    for (const index of this.#endingWithLogin(store)) {
      this.#leases.delete(index);
      this.#memories[index] = undefined;
    }
  }

  #endingWithLogin(store: number): readonly number[] {
    return this.#plan.sources.flatMap((source, index) =>
      source.store === store && this.#leases.get(index)?.lease.login !== undefined ? [index] : [],
    );
  }

  /** Returns whether it is of use: a credential that has ended meanwhile is not, one whose files cannot be made still is held. */
  #restore(index: number, found: RememberedSource): boolean {
    const { document, documentVersion: version, fetchedAt, lease } = found;
    if (lease !== undefined) {
      this.#leases.restore(index, { lease, document, version, fetchedAt, failures: [] });
      if (this.#leases.hasEnded(index)) {
        this.#leases.delete(index);
        return false;
      }
      this.#unread.delete(index);
    }
    const rendered = this.#render(index, document.reveal(), lease);
    if (rendered.ok) this.#memories[index] = { document, version, fetchedAt, renderings: rendered.value };
    else if (lease === undefined || this.#isOutwaited(index, lease)) {
      this.#leases.delete(index);
      this.#unread.add(index);
      return false;
    }
    this.#reports[index] = { at: fetchedAt, failures: rendered.ok ? [] : rendered.error };
    return true;
  }

  /** Whether a credential of no use is old enough for its source to be asked for another one. */
  #isOutwaited(index: number, { issued }: HeldLease): boolean {
    const seconds = this.#plan.sources[index]?.intervalSeconds ?? 0;
    return seconds > 0 && this.#clock.now() >= issued.at + seconds * 1_000;
  }

  #render(index: number, document: Buffer, lease: HeldLease | undefined): ReturnType<typeof renderDocument> {
    const rendered = renderDocument(
      this.#plan,
      index,
      document,
      lease === undefined ? undefined : asIssued(lease),
    );
    this.#leases.mark(index, rendered.ok ? [] : rendered.error);
    return rendered;
  }

  #takeDocument(index: number, { bytes, version }: SecretDocument): ProviderError | undefined {
    const at = this.#clock.now();
    const before = this.#memories[index];
    const lease = this.#leases.get(index)?.lease;
    if (lease === undefined && before?.document.reveal().equals(bytes.reveal()) === true) {
      this.#memories[index] = { ...before, version, fetchedAt: at };
      this.#report(index, []);
      return undefined;
    }
    const rendered = this.#render(index, bytes.reveal(), lease);
    this.#report(index, rendered.ok ? [] : rendered.error);
    if (!rendered.ok) return rendered.error[0]?.error;
    this.#memories[index] = { document: bytes, version, fetchedAt: at, renderings: rendered.value };
    return undefined;
  }

  #fail(index: number, error: ProviderError): ProviderError {
    this.#report(
      index,
      filesOfSource(this.#plan, index).map((file) => ({ file, error })),
    );
    return error;
  }

  #report(index: number, failures: readonly FileFailure[]): void {
    this.#reports[index] = { at: this.#clock.now(), failures };
  }
}
