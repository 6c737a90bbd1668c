import type { AwsStorePlan, PlanSource } from '../../lib/plan.ts';
import { providerError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import { mapLimited } from '../parallel.ts';
import type { ReadOutcome } from '../provider.ts';
import { isStale } from './answer.ts';
import type { Authority, Grant } from './authority.ts';
import { outcomeInBatch } from './batch-answer.ts';
import type { BatchHabit } from './batch-habit.ts';
import type { CallOutcome } from './calls.ts';
import { readTarget, type Target } from './key.ts';
import { PassIdentity } from './pass-identity.ts';
import { Requests, type RequestsOptions } from './requests.ts';

export interface ReaderOptions extends RequestsOptions {
  readonly store: AwsStorePlan;
  readonly authority: Authority;
  readonly habit: BatchHabit;
}

/** Reads under way at once. */
const parallelReads = 8;

/** Most secrets of one batch (https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html). */
const batchSize = 20;

type Outcomes = readonly (readonly [Target, ReadOutcome])[];

/** One call of `read`. */
interface Pass {
  readonly identity: PassIdentity;
  readonly signal: AbortSignal;
}

const unanswered: ReadOutcome = err(providerError('unavailable', 'AWS gave no answer for this key'));

const chunked = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

const isCurrent = ({ version, stage }: Target): boolean => version === undefined && stage === undefined;

/** Reads the sources of one store, in batches where it can. */
export class Reader {
  readonly #options: ReaderOptions;
  #requests: { readonly login: number; readonly requests: Requests } | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]> {
    const { store } = this.#options;
    const targets = sources.map((source) => readTarget(source, store));
    const outcomes = new Map(
      await this.#readTargets(
        targets.flatMap((target) => (target.ok ? [target.value] : [])),
        signal,
      ),
    );
    return targets.map((target) => (target.ok ? (outcomes.get(target.value) ?? unanswered) : target));
  }

  async #readTargets(targets: readonly Target[], signal: AbortSignal): Promise<Outcomes> {
    if (targets.length === 0) return [];
    const { authority, habit } = this.#options;
    const grant = await authority.take(signal);
    if (!grant.ok) return targets.map((target) => [target, grant]);
    const pass = { identity: new PassIdentity(authority, grant.value, signal), signal };
    const current = targets.filter(isCurrent);
    const inBatches = habit.readsInBatches && current.length > 1 ? current : [];
    const single = targets.filter((target) => !inBatches.includes(target));
    const [batches, singles] = await Promise.all([
      mapLimited(chunked(inBatches, batchSize), parallelReads, (batch) => this.#readBatch(batch, pass)),
      this.#readSingly(single, pass),
    ]);
    return [...batches.flat(), ...singles];
  }

  async #readSingly(targets: readonly Target[], pass: Pass): Promise<Outcomes> {
    return mapLimited(targets, parallelReads, async (target) => {
      const outcome = await this.#withCredentials(pass, (requests) => requests.one(target, pass.signal));
      return [target, outcome.ok ? outcome : err(outcome.error.error)] as const;
    });
  }

  async #readBatch(targets: readonly Target[], pass: Pass): Promise<Outcomes> {
    const answer = await this.#withCredentials(pass, (requests) => requests.many(targets, pass.signal));
    if (!answer.ok) {
      const { error } = answer.error;
      if (this.#options.habit.breaksAt(error.code)) return this.#readSingly(targets, pass);
      return targets.map((target) => [target, err(error)]);
    }
    const who = pass.identity.grant.identity.name;
    const told = new Map(targets.map((target) => [target, outcomeInBatch(answer.value, target, who)]));
    const untold = targets.filter((target) => told.get(target) === undefined);
    const further = new Map(await this.#readSingly(untold, pass));
    return targets.map((target) => [target, told.get(target) ?? further.get(target) ?? unanswered]);
  }

  /** Sends a request; where AWS does not know the credentials any more, once more with those of a new login. */
  async #withCredentials<T>(
    { identity }: Pass,
    send: (requests: Requests) => Promise<CallOutcome<T>>,
  ): Promise<CallOutcome<T>> {
    const { grant } = identity;
    const first = await send(this.#requestsOf(grant));
    if (first.ok || !isStale(first.error.failure)) return first;
    const newer = await identity.replace(grant);
    if (!newer.ok) return err({ error: newer.error, failure: { kind: 'failed', error: newer.error } });
    return send(this.#requestsOf(newer.value));
  }

  /** One client for each login: it keeps the signing key that it derives. */
  #requestsOf({ identity, login }: Grant): Requests {
    if (this.#requests?.login !== login)
      this.#requests = { login, requests: new Requests(this.#options, identity) };
    return this.#requests.requests;
  }
}
