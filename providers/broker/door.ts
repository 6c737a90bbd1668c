import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, type Result } from '../../lib/result.ts';
import { readPodToken, withCurrentToken } from '../current-token.ts';
import { retryAfterMilliseconds } from '../http/retry-after.ts';
import type { ProviderContext } from '../provider.ts';
import { refusalError } from './answers.ts';
import { ask, readBody, type AskFailure } from './ask.ts';
import type { Connections } from './connections.ts';
import { noCertificate } from './failure.ts';
import type { Trust } from './trust.ts';

export interface DoorOptions {
  readonly connections: Connections;
  readonly trust: Trust;
  /** File name of the projected token. */
  readonly tokenName: string;
  readonly context: Pick<ProviderContext, 'readToken'>;
  readonly clock: Clock;
}

export interface Call {
  readonly path: string;
  readonly body: string;
  /** Until the head of the answer is there, in milliseconds. */
  readonly limit: number;
  /** Whether it may be sent again where a kept connection turns out to be closed. */
  readonly repeatable: boolean;
  /** Ends the request, and the answer that is being read. */
  readonly signal: AbortSignal;
}

/** Of an answer that says no. */
const mostOfRefusal = 64 * 1024;

/** Requests to the broker, with the pod's token and the certificates as they are at that moment. */
export class Door {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** How the broker is called in sentences. */
  get server(): string {
    return this.#options.connections.peer.server;
  }

  /** The answer, if it is 200, its body not read yet. */
  call(call: Call): Promise<Result<IncomingMessage, ProviderError>> {
    const { context, tokenName } = this.#options;
    return withCurrentToken(
      () => readPodToken(context, tokenName),
      (token) => this.#send(call, token),
    );
  }

  async #send(call: Call, token: Redacted<string>): Promise<Result<IncomingMessage, ProviderError>> {
    const { trust, connections } = this.#options;
    if (trust.certificates.length === 0) await trust.look();
    if (trust.certificates.length === 0) return err(noCertificate(connections.peer));
    const first = await this.#ask(call, token);
    const answer = (await this.#again(first, call)) ? await this.#ask(call, token) : first;
    if (!answer.ok) return err(answer.error.error);
    return answer.value.statusCode === 200 ? answer : this.#refused(answer.value);
  }

  /** The certificates may have been exchanged since they were read, and of several replicas another one may answer. */
  async #again(first: Result<unknown, AskFailure>, { repeatable }: Call): Promise<boolean> {
    if (first.ok) return false;
    if (first.error.untrusted) await this.#options.trust.look();
    return first.error.untrusted || (first.error.stale && repeatable);
  }

  #ask({ path, body, limit, signal }: Call, token: Redacted<string>): ReturnType<typeof ask> {
    const { connections, trust, clock } = this.#options;
    const { certificates } = trust;
    const open = (): ReturnType<Connections['open']> => connections.open({ path, token, body, certificates });
    return ask({ open, body, peer: connections.peer, clock, limit, signal });
  }

  async #refused(response: IncomingMessage): Promise<Result<never, ProviderError>> {
    const { server } = this;
    const body = await readBody(response, { server, most: mostOfRefusal });
    if (!body.ok) return body;
    const retryAfterMs = retryAfterMilliseconds(response.headers['retry-after'], this.#options.clock.now());
    return err(refusalError({ server, status: response.statusCode ?? 0, body: body.value, retryAfterMs }));
  }
}

/** A result without its value. */
export const outcomeCode = (result: Result<unknown, ProviderError>): 'ok' | ProviderError['code'] =>
  result.ok ? 'ok' : result.error.code;
