import type { Logger } from '../lib/log.ts';
import type { Plan, PlanStore } from '../lib/plan.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import { sourceText } from '../lib/source-text.ts';
import { groupFailures } from './core/failed-reads.ts';
import type { Handover } from './handover.ts';
import type { Pass } from './lane.ts';
import type { Memories } from './memories.ts';
import type { MetricsRecorder } from './metrics/recorder.ts';

export interface IntakeOptions {
  readonly plan: Plan;
  readonly memories: Memories;
  readonly handover: Handover;
  readonly metrics: MetricsRecorder;
  readonly log: Logger;
}

/** Takes what passes over stores brought: into memory, the state file, the log and the metrics. */
export class Intake {
  readonly #options: IntakeOptions;
  /** Sources whose lease has ended, which the log has been told. */
  readonly #ended = new Set<number>();
  /** Sources that are gone, which the log has been told. */
  readonly #gone = new Set<number>();

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Says, by the source's index, which outcomes were no use and why. The state file has a new credential before anything is made of
   * it: whatever fails or crashes afterwards, the next process finds it and makes no other.
   */
  take(store: PlanStore, { reads, renewals, seconds }: Pass): ReadonlyMap<number, ProviderError> {
    const { memories, handover, metrics } = this.#options;
    if (memories.hold(reads)) handover.save();
    this.#logReplaced(store, reads);
    const errors = memories.take({ reads, renewals });
    const results = [...renewals, ...reads].map(({ index }) => ({ index, error: errors.get(index) }));
    const failed = groupFailures(results.map(({ index, error }) => ({ key: this.#key(index), error })));
    this.#logFailed(store, failed);
    for (const { index } of results) {
      this.#logEnded(store, index);
      this.#logGone(store, index);
    }
    metrics.refresh({ outcome: failed[0]?.error.code ?? 'ok', seconds });
    handover.save();
    return errors;
  }

  #key(index: number): string {
    const source = this.#options.plan.sources[index];
    return source === undefined ? '' : sourceText(source);
  }

  #logFailed(store: PlanStore, failed: ReturnType<typeof groupFailures>): void {
    for (const { keys, error } of failed)
      this.#options.log.warn({ store: store.name, keys, code: error.code }, error.message);
  }

  /** Once for each lease: from then on the app has nothing that works. */
  #logEnded(store: PlanStore, index: number): void {
    const { memories, log } = this.#options;
    if (!memories.hasEnded(index)) this.#ended.delete(index);
    else if (!this.#ended.has(index)) {
      this.#ended.add(index);
      log.error(
        { store: store.name, key: this.#key(index) },
        'a lease has ended, and there is no new one: its credential works no more',
      );
    }
  }

  /** Once for each secret whose files are removed, or are there without it. */
  #logGone(store: PlanStore, index: number): void {
    const { memories, log } = this.#options;
    const isGone = memories.isGone(index);
    if (isGone === this.#gone.has(index)) return;
    const message = isGone ? 'a secret is gone from its store' : 'a secret is back in its store';
    log.info({ store: store.name, key: this.#key(index) }, message);
    if (isGone) this.#gone.add(index);
    else this.#gone.delete(index);
  }

  #logReplaced(store: PlanStore, reads: Pass['reads']): void {
    for (const { index, outcome, reason } of reads)
      if (outcome.ok && reason !== undefined)
        this.#options.log.info({ store: store.name, key: this.#key(index), reason }, 'a lease was replaced');
  }
}
