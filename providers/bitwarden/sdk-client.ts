import type { BitwardenConnection } from '../../lib/connections/connection.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Transport } from '../http/transport.ts';
import type { ProviderContext } from '../provider.ts';
import { failureSentence } from './failures.ts';
import { openGateway, type Gateway, type Passage } from './gateway.ts';
import { sdkProgram } from './program.ts';
import type { Route } from './routes.ts';
import { SdkProcess, type End } from './sdk-process.ts';
import type { SdkCommand, SdkReplies } from './sdk/messages.ts';

export interface SdkClientOptions {
  readonly store: BitwardenConnection;
  readonly transports: Readonly<Record<Route['server'], Transport>>;
  readonly context: Pick<ProviderContext, 'clock' | 'log' | 'record'>;
}

type Question = Exclude<SdkCommand, { readonly kind: 'login' }>;

export interface SdkReply<K extends Question['kind']> {
  readonly value: SdkReplies[K];
  /** Nothing that the server did before this time, by its own clock, is missing. */
  readonly serverTime: number | undefined;
}

/** A run of the SDK's process, with the gateway that is open for it alone. */
interface Run {
  readonly process: SdkProcess;
  readonly gateway: Gateway;
  /** The access token that it is logged in with. */
  token: string | undefined;
  /** What went through the gateway since the command in hand began. */
  readonly passages: Passage[];
}

/** After the first end that nothing good came before, the next start waits; in milliseconds. */
const firstWait = 1_000;
const longestWait = 30_000;

/**
 * Bitwarden's SDK, in a process of its own: nothing that becomes of it reaches ours. It does one thing at a time, so that what goes through
 * the gateway belongs to it. One login is kept; a new one is made where the access token is another, or the server does not take the old.
 */
export class SdkClient {
  readonly #options: SdkClientOptions;
  readonly #over = new AbortController();
  #run: Run | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #failedStarts = 0;
  #notBefore = 0;

  constructor(options: SdkClientOptions) {
    this.#options = options;
  }

  /** Asks with a login made with `token`. */
  ask<K extends Question['kind']>(
    question: Extract<Question, { readonly kind: K }>,
    token: Redacted<string>,
  ): Promise<Result<SdkReply<K>, ProviderError>> {
    const turn = this.#tail.then(() => this.#ask<K>(question, token.reveal()));
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  close(): void {
    this.#over.abort();
    this.#run?.process.close();
    this.#run?.gateway.close();
  }

  async #ask<K extends Question['kind']>(
    question: Extract<Question, { readonly kind: K }>,
    token: string,
  ): Promise<Result<SdkReply<K>, ProviderError>> {
    const started = await this.#started();
    if (!started.ok) return started;
    const run = started.value;
    if (run.token !== token) {
      const login = await this.#logIn(run, token);
      if (!login.ok) return login;
    }
    const first = await this.#command<K>(run, question);
    if (first.ok || first.error.code !== 'unauthenticated') return first;
    const login = await this.#logIn(run, token);
    return login.ok ? this.#command<K>(run, question) : login;
  }

  async #logIn(run: Run, token: string): Promise<Result<unknown, ProviderError>> {
    const { apiUrl, identityUrl } = run.gateway;
    run.token = undefined;
    const login = await this.#command<'login'>(run, {
      kind: 'login',
      apiUrl,
      identityUrl,
      accessToken: token,
    });
    if (login.ok) run.token = token;
    return login;
  }

  async #command<K extends SdkCommand['kind']>(
    run: Run,
    command: Extract<SdkCommand, { readonly kind: K }>,
  ): Promise<
    Result<{ readonly value: SdkReplies[K]; readonly serverTime: number | undefined }, ProviderError>
  > {
    run.passages.length = 0;
    const outcome = await run.process.run<K>(command);
    const last = run.passages.at(-1);
    if (outcome.ok) {
      if (command.kind !== 'login') this.#failedStarts = 0;
      return ok({ value: outcome.value, serverTime: last?.serverTime });
    }
    const told = outcome.error === 'failed' ? last?.error : undefined;
    return err(told ?? failureSentence(outcome.error, command.kind));
  }

  #isClosed(): boolean {
    return this.#over.signal.aborted;
  }

  async #started(): Promise<Result<Run, ProviderError>> {
    if (this.#isClosed()) return err(providerError('unavailable', 'the store is closed'));
    if (this.#run !== undefined) return ok(this.#run);
    const { clock } = this.#options.context;
    const wait = this.#notBefore - clock.monotonic();
    const program = sdkProgram();
    if (program === undefined) return err(failureSentence('absent', 'login'));
    if (wait > 0)
      return err(
        providerError(
          'unavailable',
          `the process of Bitwarden's SDK keeps ending; it is started again in ${Math.ceil(wait / 1_000)} s`,
          Math.ceil(wait),
        ),
      );
    const passages: Passage[] = [];
    const gateway = await openGateway({ ...this.#options, onPassage: (passage) => passages.push(passage) });
    const process = new SdkProcess(program, clock, (end) => {
      this.#ended(process, end);
    });
    this.#run = { process, gateway, token: undefined, passages };
    // Closed while the gateway was opened: so is what was begun.
    if (this.#isClosed()) this.close();
    return ok(this.#run);
  }

  #ended(process: SdkProcess, { code, signal }: End): void {
    const run = this.#run;
    if (run?.process !== process) return;
    this.#run = undefined;
    run.gateway.close();
    if (this.#isClosed()) return;
    const { clock, log } = this.#options.context;
    const wait =
      this.#failedStarts === 0 ? 0 : Math.min(longestWait, firstWait * 2 ** (this.#failedStarts - 1));
    this.#failedStarts += 1;
    this.#notBefore = clock.monotonic() + wait;
    log.warn({ code, signal, waitMs: wait }, "the process of Bitwarden's SDK ended");
  }
}
