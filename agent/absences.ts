import type { Clock } from '../lib/clock.ts';
import { sourcesOfFile, type Plan } from '../lib/plan.ts';
import { isPermanent, type ProviderError } from '../lib/provider-error.ts';
import { failuresOfRead, type FileFailure } from './core/acceptance.ts';
import { needsSource } from './core/inputs.ts';
import type { Holding, Holdings } from './holdings.ts';

export interface AbsencesOptions {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly holdings: Holdings;
}

/** Secrets that did not come, or are no longer there: which files do without them, and which stay behind. */
export class Absences {
  readonly #plan: Plan;
  readonly #clock: Clock;
  readonly #holdings: Holdings;

  constructor({ plan, clock, holdings }: AbsencesOptions) {
    this.#plan = plan;
    this.#clock = clock;
    this.#holdings = holdings;
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
    const before = absent.map(([index]) => this.#holdings.reports[index]);
    const refused = this.#holdings.offer(new Map(absent));
    for (const [at, [index]] of absent.entries()) {
      const report = before[at];
      if (report !== undefined && !refused.has(index))
        this.#holdings.report(index, report.failures, report.at);
    }
  }

  /** What a failed read says of a source, to be offered; undefined where it says nothing that files could be made of. */
  of(index: number, { code }: ProviderError): Holding | undefined {
    const before = this.#holdings.memory(index);
    if (code === 'not_found' && before?.gone !== true)
      return this.#isDispensable(index, true) ? this.#without(index, true) : undefined;
    const isNews = before === undefined && isPermanent(code) && this.#isDispensable(index, false);
    return isNews ? this.#without(index, false) : undefined;
  }

  /** Reports a read or a renewal that failed. Returns why it was no use, or undefined where all files do without it. */
  noteFailed(
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

  /** Whether any file can be without a source. */
  #isDispensable(index: number, gone: boolean): boolean {
    return this.#holdings.inputs.needs(index, gone).some(({ needed }) => !needed);
  }

  #without(index: number, gone: boolean): Holding {
    const before = this.#holdings.memory(index) ?? { fetchedAt: this.#clock.now() };
    return { kind: 'source', memory: { ...before, gone } };
  }

  /** Why a file still is as it was before a source was gone. */
  #behind(index: number): ProviderError | undefined {
    const { inputs, renderings } = this.#holdings;
    return inputs.filesOf(index).flatMap((file) => {
      const rendering = renderings[file];
      return rendering?.ok === true ? (rendering.value.behind ?? []) : [];
    })[0];
  }
}
