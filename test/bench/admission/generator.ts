import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { end, nodeCommand, pinned, run } from '../processes.ts';
import type { LoadOrder } from './load.main.ts';
import type { ClosedRound } from './load.ts';

const generatorCore = 1;

interface Reply {
  readonly result?: unknown;
  readonly error?: string;
}

type Settings = Omit<LoadOrder, 'kind'>;

/** The load generator's process. */
export class Generator {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  constructor() {
    const program = join(import.meta.dirname, 'load.main.ts');
    const command = pinned(generatorCore, nodeCommand([program]));
    this.#child = run(command, ['ignore', 'ignore', 'inherit', 'ipc']);
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error('the load generator ended');
    });
    // It ends at the end, when nobody waits any more.
    this.#ended.catch(() => undefined);
  }

  ask(settings: Settings): Promise<string> {
    return this.#order({ kind: 'ask', ...settings }) as Promise<string>;
  }

  closed(settings: Settings): Promise<ClosedRound> {
    return this.#order({ kind: 'closed', ...settings }) as Promise<ClosedRound>;
  }

  open(settings: Settings & { readonly rate: number }): Promise<readonly number[]> {
    return this.#order({ kind: 'open', ...settings }) as Promise<readonly number[]>;
  }

  stop(): Promise<void> {
    return end(this.#child);
  }

  async #order(order: LoadOrder): Promise<unknown> {
    const answer = new Promise<Reply>((resolve) => this.#child.once('message', resolve as () => void));
    this.#child.send(order);
    const { result, error } = await Promise.race([answer, this.#ended]);
    if (error !== undefined) throw new Error(error);
    return result;
  }
}
