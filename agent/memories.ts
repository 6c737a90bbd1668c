import type { Clock } from '../lib/clock.ts';
import type { Plan } from '../lib/plan.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import type { ReadOutcome, SecretDocument } from '../providers/provider.ts';
import { filesOfSource, renderDocument, type Memory } from './core/generation.ts';
import { addressText, sourceAddress } from './core/identity.ts';
import type { SourceReport } from './core/start-rules.ts';
import type { RememberedSource } from './core/state-format.ts';

/** Each source's last good document and how its last read ended. */
export class Memories {
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #memories: (Memory | undefined)[];
  readonly #reports: (SourceReport | undefined)[];
  readonly #unread: Set<number>;

  constructor(plan: Plan, clock: Clock) {
    this.#plan = plan;
    this.#clock = clock;
    this.#memories = plan.sources.map(() => undefined);
    this.#reports = plan.sources.map(() => undefined);
    this.#unread = new Set(plan.sources.keys());
  }

  /** By the source's index in the plan. */
  get all(): readonly (Memory | undefined)[] {
    return this.#memories;
  }

  /** By the source's index in the plan. */
  get reports(): readonly (SourceReport | undefined)[] {
    return this.#reports;
  }

  /** Whether this process has had an answer for every source, good or bad. */
  get allRead(): boolean {
    return this.#unread.size === 0;
  }

  /** Takes over documents of a process before this one, by what was read. Returns how many belong to this plan. */
  restore(remembered: readonly RememberedSource[]): number {
    const byAddress = new Map(remembered.map((source) => [addressText(source), source]));
    this.#plan.sources.forEach((source, index) => {
      const found = byAddress.get(addressText(sourceAddress(this.#plan, source)));
      if (found === undefined) return;
      const { document, documentVersion, fetchedAt } = found;
      const rendered = renderDocument(this.#plan, index, document.reveal());
      if (!rendered.ok) return;
      this.#memories[index] = { document, version: documentVersion, fetchedAt, renderings: rendered.value };
      this.#reports[index] = { at: fetchedAt, failures: [] };
    });
    return this.#memories.filter((memory) => memory !== undefined).length;
  }

  /** Takes the outcome of a read. Returns why it is no use, or undefined where it is the source's last good one now. */
  take(index: number, outcome: ReadOutcome): ProviderError | undefined {
    this.#unread.delete(index);
    if (outcome.ok) return this.#takeDocument(index, outcome.value);
    const failures = filesOfSource(this.#plan, index).map((file) => ({ file, error: outcome.error }));
    this.#reports[index] = { at: this.#clock.now(), failures };
    return outcome.error;
  }

  /** What the next process of this pod is to know. */
  remembered(): readonly RememberedSource[] {
    return this.#plan.sources.flatMap((source, index): readonly RememberedSource[] => {
      const memory = this.#memories[index];
      if (memory === undefined) return [];
      const { document, version, fetchedAt } = memory;
      return [{ ...sourceAddress(this.#plan, source), document, documentVersion: version, fetchedAt }];
    });
  }

  #takeDocument(index: number, { bytes, version }: SecretDocument): ProviderError | undefined {
    const at = this.#clock.now();
    const before = this.#memories[index];
    if (before?.document.reveal().equals(bytes.reveal()) === true) {
      this.#memories[index] = { ...before, version, fetchedAt: at };
      this.#reports[index] = { at, failures: [] };
      return undefined;
    }
    const rendered = renderDocument(this.#plan, index, bytes.reveal());
    this.#reports[index] = { at, failures: rendered.ok ? [] : rendered.error };
    if (!rendered.ok) return rendered.error[0]?.error;
    this.#memories[index] = { document: bytes, version, fetchedAt: at, renderings: rendered.value };
    return undefined;
  }
}
