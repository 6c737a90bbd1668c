import type { AwsConnection } from '../../lib/connections/connection.ts';
import type { PlanFind, PlanSource } from '../../lib/plan.ts';
import { mapLimited } from '../parallel.ts';
import type { ReadOutcome } from '../provider.ts';
import { Asker, type Pass } from './asker.ts';
import type { Authority } from './authority.ts';
import type { BatchHabit } from './batch-habit.ts';
import { Finder } from './find.ts';
import { readTarget, type Target } from './key.ts';
import { PassIdentity } from './pass-identity.ts';
import { TargetReader, unanswered } from './read-targets.ts';
import type { RequestsOptions } from './requests.ts';

export interface ReaderOptions extends RequestsOptions {
  readonly store: AwsConnection;
  readonly authority: Authority;
  readonly habit: BatchHabit;
}

/** Finds under way at once, beside the reads: each has many requests of its own. */
const parallelFinds = 2;

type Question = Target | PlanFind;

/** Reads the sources of one store. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #targets: TargetReader;
  readonly #finder: Finder;

  constructor(options: ReaderOptions) {
    const { store, clock, habit, lending } = options;
    const asker = new Asker(options);
    this.#options = options;
    this.#targets = new TargetReader(asker, habit, lending);
    this.#finder = new Finder({ store, asker, reader: this.#targets, clock });
  }

  async read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]> {
    const { store } = this.#options;
    const targets = sources.map((source) =>
      source.find === undefined ? readTarget(source, store) : undefined,
    );
    const outcomes = await this.#ask(
      targets.flatMap((target) => (target?.ok === true ? [target.value] : [])),
      sources.flatMap(({ find }) => find ?? []),
      signal,
    );
    return sources.map(({ find }, index) => {
      const target = targets[index];
      if (target?.ok === false) return target;
      const question = target?.value ?? find;
      return (question === undefined ? undefined : outcomes.get(question)) ?? unanswered;
    });
  }

  async #ask(
    targets: readonly Target[],
    finds: readonly PlanFind[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Question, ReadOutcome>> {
    const questions: readonly Question[] = [...targets, ...finds];
    if (questions.length === 0) return new Map();
    const { authority } = this.#options;
    const grant = await authority.take(signal);
    if (!grant.ok) return new Map(questions.map((question) => [question, grant]));
    const pass: Pass = { identity: new PassIdentity(authority, grant.value, signal), signal };
    const [read, found] = await Promise.all([
      this.#targets.read(targets, pass),
      mapLimited(finds, parallelFinds, async (find) => [find, await this.#finder.find(find, pass)] as const),
    ]);
    return new Map<Question, ReadOutcome>([...read, ...found]);
  }
}
