import type { Clock } from '../lib/clock.ts';
import { sourcesOfFile, type Plan } from '../lib/plan.ts';
import { isPermanent, providerError, type ProviderError } from '../lib/provider-error.ts';
import type { Result } from '../lib/result.ts';
import type { Lease, ReadOutcome, SecretDocument } from '../providers/provider.ts';
import { failuresOfRead, type FileFailure } from './core/acceptance.ts';
import type { Memory, Renderings } from './core/generation.ts';
import { addressText, sourceAddress } from './core/identity.ts';
import { needsSource } from './core/inputs.ts';
import type { HeldLease } from './core/lease.ts';
import type { RememberedOutput } from './core/outputs.ts';
import { heldDocument, readMemory, saysTheSame } from './read-memory.ts';
import type { SourceReport } from './core/start-rules.ts';
import type { RememberedSource } from './core/state-format.ts';
import { noTemplates, type Templates } from './core/tools.ts';
import { HeldLeases, type LeaseView } from './held-leases.ts';
import { asHolding, Holdings, type Holding } from './holdings.ts';
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

  constructor(plan: Plan, clock: Clock, templates: Templates = noTemplates) {
    this.#plan = plan;
    this.#clock = clock;
    this.#leases = new HeldLeases(clock);
    this.#holdings = new Holdings({ plan, templates, clock, leases: this.#leases });
    this.texts = new TemplateTexts(plan, this.#holdings);
    this.#unread = new Set(plan.sources.keys());
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
    const planFile = this.#plan.files[file];
    if (planFile?.kind !== 'template') return false;
    return sourcesOfFile(planFile).every(
      (source) => this.#holdings.memory(source) !== undefined || !needsSource(planFile, source, false),
    );
  }

  /** Has the files do without the optional secrets that have not come. */
  settle(): void {
    const absent = this.#plan.sources.flatMap((_, index): [number, Holding][] =>
      this.#holdings.memory(index) === undefined && this.#isDispensable(index, false)
        ? [[index, this.#without(index, false)]]
        : [],
    );
    const before = absent.map(([index]) => this.reports[index]);
    const refused = this.#holdings.offer(new Map(absent));
    for (const [at, [index]] of absent.entries()) {
      const report = before[at];
      if (report !== undefined && !refused.has(index))
        this.#holdings.report(index, report.failures, report.at);
    }
  }

  /** Takes over what a process before this one knew, by what was read. Returns how many sources are of use for this plan. */
  restore(remembered: readonly RememberedSource[], outputs: readonly RememberedOutput[] = []): number {
    this.#holdings.restoreOutputs(outputs);
    const byAddress = new Map(remembered.map((source) => [addressText(source), source]));
    const found = this.#plan.sources.flatMap((source, index): [number, RememberedSource][] => {
      const known = byAddress.get(addressText(sourceAddress(this.#plan, source)));
      return known !== undefined && this.#restoreLease(index, known) ? [[index, known]] : [];
    });
    const candidates = found.map(([index, known]): [number, Holding] => [index, asHolding(known)]);
    const refused = this.#holdings.offer(new Map(candidates));
    return found.filter(([index, known]) => this.#noteRestored(index, known, refused.get(index) ?? []))
      .length;
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
        : this.#absenceOf(index, outcome.error);
      if (candidate !== undefined) candidates.set(index, candidate);
    }
    const refused = this.#holdings.offer(candidates);
    for (const { index, outcome } of reads)
      note(
        index,
        outcome.ok
          ? refused.get(index)?.[0]?.error
          : this.#noteFailed(index, outcome.error, refused.get(index)),
      );
    return errors;
  }

  /** What the next process of this pod is to know. */
  remembered(): readonly RememberedSource[] {
    return this.#plan.sources.flatMap((source, index): readonly RememberedSource[] => {
      const leased = this.#leases.get(index);
      const memory = this.#holdings.memory(index);
      const known = leased ?? memory;
      if (known === undefined) return [];
      const { version: documentVersion, fetchedAt, document } = known;
      const rest = { gone: memory?.gone, lease: leased?.lease };
      return [{ ...sourceAddress(this.#plan, source), document, documentVersion, fetchedAt, ...rest }];
    });
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

  /** Returns whether what is remembered can be of use: a credential that has ended meanwhile is not. */
  #restoreLease(
    index: number,
    { lease, document, documentVersion: version, fetchedAt }: RememberedSource,
  ): boolean {
    if (lease === undefined) return true;
    if (document === undefined) return false;
    this.#leases.restore(index, { lease, document, version, fetchedAt, failures: [] });
    if (this.#leases.hasEnded(index)) this.#leases.delete(index);
    else this.#unread.delete(index);
    return !this.#unread.has(index);
  }

  /** Returns whether it is of use: a credential whose files cannot be made still is held. */
  #noteRestored(
    index: number,
    { lease, fetchedAt }: RememberedSource,
    failures: readonly FileFailure[],
  ): boolean {
    if (failures.length > 0 && (lease === undefined || this.#isOutwaited(index, lease))) {
      this.#leases.delete(index);
      this.#unread.add(index);
      this.#holdings.forgetReport(index);
      return false;
    }
    this.#holdings.report(index, failures, fetchedAt);
    return true;
  }

  /** Whether a credential of no use is old enough for its source to be asked for another one. */
  #isOutwaited(index: number, { issued }: HeldLease): boolean {
    const seconds = this.#plan.sources[index]?.intervalSeconds ?? 0;
    return seconds > 0 && this.#clock.now() >= issued.at + seconds * 1_000;
  }

  #takeRenewal(index: number, outcome: Result<Lease, ProviderError>): ProviderError | undefined {
    this.#unread.delete(index);
    if (!outcome.ok) {
      const { code, message, retryAfterMs } = outcome.error;
      const error = providerError(code, `the lease cannot be renewed: ${message}`, retryAfterMs);
      return this.#noteFailed(index, error, undefined);
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

  /** What a failed read says of a source, to be offered; undefined where it says nothing that files could be made of. */
  #absenceOf(index: number, { code }: ProviderError): Holding | undefined {
    const before = this.#holdings.memory(index);
    if (code === 'not_found' && before?.gone !== true)
      return this.#isDispensable(index, true) ? this.#without(index, true) : undefined;
    const isNews = before === undefined && isPermanent(code) && this.#isDispensable(index, false);
    return isNews ? this.#without(index, false) : undefined;
  }

  /** Whether any file can be without a source. */
  #isDispensable(index: number, gone: boolean): boolean {
    return this.#holdings.inputs.needs(index, gone).some(({ needed }) => !needed);
  }

  #without(index: number, gone: boolean): Holding {
    const before = this.#holdings.memory(index) ?? { fetchedAt: this.#clock.now() };
    return { kind: 'source', memory: { ...before, gone } };
  }

  /** Reports a read or a renewal that failed. Returns why it was no use, or undefined where all files do without it. */
  #noteFailed(
    index: number,
    error: ProviderError,
    refused: readonly FileFailure[] | undefined,
  ): ProviderError | undefined {
    const gone = error.code === 'not_found';
    const needs = this.#holdings.inputs.needs(index, gone);
    const failures = failuresOfRead(needs, { ...error, source: index }, refused);
    this.#holdings.report(index, failures);
    const memory = this.#holdings.memory(index);
    if (!gone || memory?.gone !== true || failures.some(({ tolerated }) => tolerated === undefined))
      return refused?.[0]?.error ?? error;
    this.#holdings.confirm(index, { ...memory, fetchedAt: this.#clock.now() });
    return this.#behind(index);
  }

  /** Why a file still is as it was before a source was gone. */
  #behind(index: number): ProviderError | undefined {
    const renderings = this.#holdings.inputs.filesOf(index).map((file) => this.renderings[file]);
    return renderings.flatMap((rendering) =>
      rendering?.ok === true ? (rendering.value.behind ?? []) : [],
    )[0];
  }
}
