import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { ProviderContext } from '../provider.ts';
import { isSignatureRefused, readFailure, type AnswerContext, type AwsFailure } from './answer.ts';
import type { SendOptions } from './request-handler.ts';
import type { SigningClock } from './signing-clock.ts';

/** What a request was for, as metrics name it. */
export type Operation = 'login' | 'assume_role' | 'read' | 'batch_read' | 'list';

/** The part of an SDK client that carries what it knows of the clocks. */
interface SigningClient {
  readonly config: { systemClockOffset: number };
}

export interface Call<T> {
  readonly operation: Operation;
  /** `host:port`, for sentences. */
  readonly server: string;
  readonly client: SigningClient;
  readonly send: (options: SendOptions) => Promise<T>;
  readonly signal: AbortSignal;
  readonly maximumBytes?: number;
  /** Says what a refusal means; its code is also the metric's. */
  readonly explain: (failure: AwsFailure, context: AnswerContext) => ProviderError;
}

/** A request that failed: what it means, and what AWS said. */
export interface CallFailure {
  readonly error: ProviderError;
  readonly failure: AwsFailure;
}

export type CallOutcome<T> = Result<T, CallFailure>;

/**
 * Sends a request and records how it went and how long it took. A signature that is refused is made once more where the answer
 * taught the SDK how far the clocks are apart.
 */
export class Calls {
  readonly #context: Pick<ProviderContext, 'clock' | 'record'>;
  readonly #signingClock: SigningClock;

  constructor(context: Pick<ProviderContext, 'clock' | 'record'>, signingClock: SigningClock) {
    this.#context = context;
    this.#signingClock = signingClock;
  }

  async send<T>(call: Call<T>): Promise<CallOutcome<T>> {
    const before = this.#signingClock.offset;
    const first = await this.#once(call);
    if (first.ok || !isSignatureRefused(first.error.failure)) return first;
    return Math.abs(this.#signingClock.offset - before) < significantMilliseconds ? first : this.#once(call);
  }

  async #once<T>(call: Call<T>): Promise<CallOutcome<T>> {
    const { clock, record } = this.#context;
    const start = clock.monotonic();
    const outcome = await this.#attempt(call);
    record({
      provider: 'aws',
      operation: call.operation,
      outcome: outcome.ok ? 'ok' : outcome.error.error.code,
      seconds: (clock.monotonic() - start) / 1000,
    });
    return outcome;
  }

  async #attempt<T>({
    client,
    send,
    signal,
    maximumBytes,
    server,
    explain,
  }: Call<T>): Promise<CallOutcome<T>> {
    const { config } = client;
    config.systemClockOffset = this.#signingClock.offset;
    try {
      return ok(await send({ abortSignal: signal, ...(maximumBytes === undefined ? {} : { maximumBytes }) }));
    } catch (thrown) {
      const context = { server, now: this.#context.clock.now() };
      const failure = signal.aborted ? cancelled(server) : readFailure(thrown, context);
      return err({
        failure,
        error: failure.kind === 'failed' ? failure.error : explain(failure, context),
      });
    } finally {
      this.#signingClock.learn(config.systemClockOffset);
    }
  }
}

const cancelled = (server: string): AwsFailure => ({
  kind: 'failed',
  error: providerError('timeout', `the request to ${server} was cancelled`),
});

/** `Date` has whole seconds, and the answer takes its time: a difference below this is none. */
const significantMilliseconds = 60_000;
