import { fork, type ChildProcess } from 'node:child_process';
import type { Clock } from '../../lib/clock.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { isJsonObject } from '../../lib/json.ts';
import type { SdkAnswer, SdkCommand, SdkFailure, SdkReplies, SdkRequest } from './sdk/messages.ts';

/** `ended`: the process died. `late`: it did not answer, and was ended. */
export type CommandFailure = SdkFailure | 'ended' | 'late';

export type CommandOutcome<T> = Result<T, CommandFailure>;

/** How it ended, for a sentence. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Requests have times of their own; what goes on for longer hangs inside of the SDK. In milliseconds. */
const longestCommand = 60_000;

/**
 * A heap for the largest answer there may be and not for more. Everything else is as for the programs of an image: no signal opens a debugger.
 */
const nodeFlags = ['--disable-sigusr1', '--max-old-space-size=192', '--no-warnings'];

const isAnswer = (message: unknown): message is SdkAnswer =>
  isJsonObject(message) && typeof message['id'] === 'number';

/** One run of the program that has the SDK. It has nothing of our environment, no output, and ends with us. */
export class SdkProcess {
  readonly #clock: Clock;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (outcome: CommandOutcome<SdkReplies[keyof SdkReplies]>) => void>();
  #next = 0;
  #end: End | undefined;

  constructor(program: string, clock: Clock, onEnd: (end: End) => void) {
    this.#clock = clock;
    this.#child = fork(program, [], {
      env: {},
      execArgv: nodeFlags,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const ended = (end: End): void => {
      if (this.#end !== undefined) return;
      this.#end = end;
      for (const id of [...this.#waiting.keys()]) this.#settle(id, err('ended'));
      onEnd(end);
    };
    this.#child.on('message', (message) => {
      if (isAnswer(message))
        this.#settle(message.id, 'reply' in message ? ok(message.reply) : err(message.failure));
    });
    this.#child.once('exit', (code, signal) => {
      ended({ code, signal });
    });
    // It could not be started, or not be written to.
    this.#child.on('error', () => {
      this.#child.kill('SIGKILL');
      ended({ code: null, signal: null });
    });
  }

  async run<K extends SdkCommand['kind']>(
    command: Extract<SdkCommand, { readonly kind: K }>,
  ): Promise<CommandOutcome<SdkReplies[K]>> {
    if (this.#end !== undefined) return err('ended');
    const id = (this.#next += 1);
    const { promise, resolve } = Promise.withResolvers<CommandOutcome<SdkReplies[keyof SdkReplies]>>();
    this.#waiting.set(id, resolve);
    const request: SdkRequest = { id, command };
    this.#child.send(request);
    const over = new AbortController();
    this.#clock.sleep(longestCommand, over.signal).then(
      () => {
        this.#settle(id, err('late'));
        this.close();
      },
      // It was answered first.
      () => undefined,
    );
    const outcome = await promise;
    over.abort();
    // The program answers each kind of command with its own kind of reply.
    return outcome as CommandOutcome<SdkReplies[K]>;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #settle(id: number, outcome: CommandOutcome<SdkReplies[keyof SdkReplies]>): void {
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  }
}
