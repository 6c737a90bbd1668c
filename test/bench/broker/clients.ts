import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { end, nodeCommand, run } from '../processes.ts';
import type { ClientsOrder } from './clients.main.ts';

const program = join(import.meta.dirname, 'clients.main.ts');

/** How long an order may take, in milliseconds. */
const patience = 120_000;

interface Reply {
  readonly result?: unknown;
  readonly error?: string;
}

/** Agents in one process of their own: everything of an agent but its process. */
export class Clients {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    this.#child = run(nodeCommand([program]), ['ignore', 'inherit', 'inherit', 'ipc']);
    this.#ended = once(this.#child, 'exit').then(() => {
      throw new Error('a process of agents ended');
    });
    // It ends at the end, when nobody waits any more.
    this.#ended.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Starts them; resolves when each has its files. */
  async start(order: Omit<Extract<ClientsOrder, { kind: 'start' }>, 'kind'>): Promise<void> {
    await this.#order({ kind: 'start', ...order });
  }

  /** When each of them published next, in milliseconds since the epoch. */
  async published(): Promise<readonly number[]> {
    return (await this.#order({ kind: 'published', count: this.#size })) as readonly number[];
  }

  stop(): Promise<void> {
    return end(this.#child);
  }

  async #order(order: ClientsOrder): Promise<unknown> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(patience) });
    this.#child.send(order);
    const [{ result, error }] = (await Promise.race([answer, this.#ended])) as [Reply];
    if (error !== undefined) throw new Error(error);
    return result;
  }
}
