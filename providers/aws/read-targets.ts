import { providerError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import { mapLimited } from '../parallel.ts';
import type { Lending, ReadOutcome } from '../provider.ts';
import type { Asker, Pass } from './asker.ts';
import { outcomeInBatch } from './batch-answer.ts';
import type { BatchHabit } from './batch-habit.ts';
import type { Target } from './key.ts';

/** Reads under way at once. */
const parallelReads = 8;

/** Most secrets of one batch (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html). */
const batchSize = 20;

/** How many secrets are read at once where they are read in batches. */
export const secretsAtOnce = parallelReads * batchSize;

export type Outcomes = readonly (readonly [Target, ReadOutcome])[];

export const unanswered: ReadOutcome = err(providerError('unavailable', 'AWS gave no answer for this key'));

export const chunked = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

const isCurrent = ({ version, stage }: Target): boolean => version === undefined && stage === undefined;

/** Reads secrets, in batches where it can. */
export class TargetReader {
  readonly #asker: Asker;
  readonly #habit: BatchHabit;
  readonly #lending: Lending | undefined;

  constructor(asker: Asker, habit: BatchHabit, lending?: Lending) {
    this.#asker = asker;
    this.#habit = habit;
    this.#lending = lending;
  }

  async read(targets: readonly Target[], pass: Pass): Promise<Outcomes> {
    const current = targets.filter(isCurrent);
    const inBatches = this.#habit.readsInBatches && current.length > 1 ? current : [];
    const batched = new Set(inBatches);
    const single = targets.filter((target) => !batched.has(target));
    const [batches, singles] = await Promise.all([
      mapLimited(chunked(inBatches, batchSize), parallelReads, (batch) => this.#readBatch(batch, pass)),
      this.#readSingly(single, pass),
    ]);
    return [...batches.flat(), ...singles];
  }

  async #readSingly(targets: readonly Target[], pass: Pass): Promise<Outcomes> {
    return mapLimited(targets, parallelReads, async (target) => {
      const outcome = await this.#asker.ask(pass, (requests) => requests.one(target, pass.signal));
      return [target, outcome.ok ? outcome : err(outcome.error.error)] as const;
    });
  }

  async #readBatch(targets: readonly Target[], pass: Pass): Promise<Outcomes> {
    const answer = await this.#asker.ask(pass, (requests) => requests.many(targets, pass.signal));
    if (!answer.ok) {
      const { error } = answer.error;
      if (this.#habit.breaksAt(error.code)) return this.#readSingly(targets, pass);
      return targets.map((target) => [target, err(error)]);
    }
    const whose = { who: pass.identity.grant.identity.name, lending: this.#lending };
    const told = new Map(targets.map((target) => [target, outcomeInBatch(answer.value, target, whose)]));
    const untold = targets.filter((target) => told.get(target) === undefined);
    const further = new Map(await this.#readSingly(untold, pass));
    return targets.map((target) => [target, told.get(target) ?? further.get(target) ?? unanswered]);
  }
}
