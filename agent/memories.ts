import type { Clock } from '../lib/clock.ts';
import { sourcesOfFile, type Plan } from '../lib/plan.ts';
import { providerError, type ProviderError } from '../lib/provider-error.ts';
import type { Result } from '../lib/result.ts';
import type { Lease, ReadOutcome, SecretDocument } from '../providers/provider.ts';
import { Absences } from './absences.ts';
import type { Memory, Renderings } from './core/generation.ts';
import type { RememberedOutput } from './core/outputs.ts';
import type { SourceReport } from './core/start-rules.ts';
import type { RememberedSource } from './core/state-format.ts';
import { noTemplates, type Templates } from './core/tools.ts';
import { HeldLeases, type LeaseView } from './held-leases.ts';
import { Holdings, type Holding } from './holdings.ts';
import { heldDocument, readMemory, saysTheSame } from './read-memory.ts';
import { rememberedSources, restoreSources, type MemoryParts } from './succession.ts';
import { TemplateTexts } from './template-texts.ts';

/** What one pass brought, by the source's index in the plan. */
export interface Outcomes {
  readonly reads: readonly { readonly index: number; readonly outcome: ReadOutcome }[];
  readonly renewals: readonly { readonly index: number; readonly outcome: Result<Lease, ProviderError> }[];
}

/** Each source's last good document, the files that come of them, the leases that are held, and how the last reads or renewals ended. */
export class Memories {
  /** Texts of templates that ConfigMaps hold. */
  readonly texts: TemplateTexts;
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #leases: HeldLeases;
  readonly #holdings: Holdings;
  readonly #unread: Set<number>;
  readonly #parts: MemoryParts;
  readonly #absences: Absences;

  constructor(plan: Plan, clock: Clock, templates: Templates = noTemplates) {
    this.#plan = plan;
    this.#clock = clock;
    this.#leases = new HeldLeases(clock);
    this.#holdings = new Holdings({ plan, templates, clock, leases: this.#leases });
    this.texts = new TemplateTexts(plan, this.#holdings);
    this.#unread = new Set(plan.sources.keys());
    const [leases, holdings, unread] = [this.#leases, this.#holdings, this.#unread];
    this.#parts = { plan, clock, leases, holdings, unread };
    this.#absences = new Absences({ plan, clock, holdings });
  }

  /** By the source's index in the plan. */
  get all(): readonly (Memory | undefined)[] {
    return this.#plan.sources.map((_, index) => this.#holdings.memory(index));
  }

  get renderings(): Renderings {
    return this.#holdings.renderings;
  }

  /** As `renderings`, without credentials that have ended: no app is to start with those. */
  get livingRenderings(): Renderings {
    return this.#holdings.renderings.map((rendering, index) => {
      const file = this.#plan.files[index];
      const hasEnded =
        file !== undefined && sourcesOfFile(file).some((source) => this.#leases.hasEnded(source));
      return hasEnded ? undefined : rendering;
    });
  }

  /** By the source's index in the plan, then by the keys of ConfigMaps. */
  get reports(): readonly (SourceReport | undefined)[] {
    return this.#holdings.reports;
  }

  /** Whether this process has had an answer for every source, good or bad. A lease that lives needs none. */
  get allRead(): boolean {
    return this.#unread.size === 0;
  }

  /** The lease that is held for a source, whether or not its document is of use. */
  lease(index: number): LeaseView | undefined {
    return this.#leases.view(index);
  }

  /** The last good document of a source or of its lease, which need not be sent again. */
  document(index: number): SecretDocument | undefined {
    return heldDocument(this.#holdings.memory(index), this.#leases.get(index));
  }

  /** Whether a source has a lease that has come to its end. */
  hasEnded(index: number): boolean {
    return this.#leases.hasEnded(index);
  }

  /** Whether files do without a source because its store said that there is no such secret. */
  isGone(index: number): boolean {
    return this.#holdings.memory(index)?.gone === true;
  }

  /** Whether a file that cannot be made waits only for what it can be without. */
  waitsForOptional(file: number): boolean {
    return this.#absences.waitsForOptional(file);
  }

  /** Has the files do without the optional secrets that have not come. */
  settle(): void {
    this.#absences.settle();
  }

  /** Takes over what a process before this one knew, by what was read. Returns how many sources are of use for this plan. */
  restore(remembered: readonly RememberedSource[], outputs: readonly RememberedOutput[] = []): number {
    this.#holdings.restoreOutputs(outputs);
    return restoreSources(this.#parts, remembered);
  }

  /** Remembers the credentials among what was read, for the state file to have them before anything is made of them. */
  hold(reads: Outcomes['reads']): boolean {
    let holds = false;
    for (const { index, outcome } of reads) {
      if (!outcome.ok) continue;
      this.#leases.hold(index, outcome.value);
      holds ||= outcome.value.lease !== undefined;
    }
    return holds;
  }

  /**
   * Takes the outcomes of a pass, after `hold`; a renewal changes no document. Says, by the source's index, which are no use and
   * why; what was read and is not among those is the source's last good document now.
   */
  take({ reads, renewals }: Outcomes): ReadonlyMap<number, ProviderError> {
    const errors = new Map<number, ProviderError>();
    const note = (index: number, error: ProviderError | undefined): void => {
      if (error !== undefined) errors.set(index, error);
    };
    for (const { index, outcome } of renewals) note(index, this.#takeRenewal(index, outcome));
    const candidates = new Map<number, Holding>();
    for (const { index, outcome } of reads) {
      this.#unread.delete(index);
      const candidate = outcome.ok
        ? this.#documentOf(index, outcome.value)
        : this.#absences.of(index, outcome.error);
      if (candidate !== undefined) candidates.set(index, candidate);
    }
    const refused = this.#holdings.offer(candidates);
    for (const { index, outcome } of reads)
      note(
        index,
        outcome.ok
          ? refused.get(index)?.[0]?.error
          : this.#absences.noteFailed(index, outcome.error, refused.get(index)),
      );
    return errors;
  }

  /** What the next process of this pod is to know. */
  remembered(): readonly RememberedSource[] {
    return rememberedSources(this.#parts);
  }

  rememberedOutputs(): readonly RememberedOutput[] {
    return this.#holdings.rememberedOutputs();
  }

  /** Whether any lease of a store (by its index in the plan) ends with a login. */
  hangsOnLogin(store: number): boolean {
    return this.#endingWithLogin(store).length > 0;
  }

  /** Forgets the credentials of a store that end with its login, leases and documents. */
  forgetWithLogin(store: number): void {
    for (const index of this.#endingWithLogin(store)) {
      this.#leases.delete(index);
      this.#holdings.forget(index);
    }
  }

  #endingWithLogin(store: number): readonly number[] {
    return this.#plan.sources.flatMap((source, index) =>
      source.store === store && this.#leases.get(index)?.lease.login !== undefined ? [index] : [],
    );
  }

  #takeRenewal(index: number, outcome: Result<Lease, ProviderError>): ProviderError | undefined {
    this.#unread.delete(index);
    if (!outcome.ok) {
      const { code, message, retryAfterMs } = outcome.error;
      const error = providerError(code, `the lease cannot be renewed: ${message}`, retryAfterMs);
      return this.#absences.noteFailed(index, error, undefined);
    }
    const failures = this.#leases.renew(index, outcome.value)?.failures ?? [];
    const memory = this.#holdings.memory(index);
    this.#holdings.report(index, failures);
    if (memory !== undefined && failures.length === 0)
      this.#holdings.confirm(index, { ...memory, fetchedAt: this.#clock.now() });
    return undefined;
  }

  /** What was read, to be offered; undefined where it is what is held already. */
  #documentOf(index: number, document: SecretDocument): Holding | undefined {
    const memory = readMemory(document, this.#leases.get(index)?.lease, this.#clock.now());
    const before = this.#holdings.memory(index);
    if (before === undefined || !saysTheSame(before, memory)) return { kind: 'source', memory };
    this.#holdings.confirm(index, { ...before, version: memory.version, fetchedAt: memory.fetchedAt });
    this.#holdings.report(index, []);
    return undefined;
  }
}
