import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isJsonObject, parseJsonOrNothing } from '../../../lib/json.ts';
import { encodePlan, type Plan } from '../../../lib/plan.ts';
import { BenchPod } from '../agent/pod.ts';
import { end } from '../processes.ts';

interface WholeAgent {
  readonly child: ChildProcess;
  /** When it published, in milliseconds since the epoch, as its log says. */
  readonly times: number[];
}

/** How long one may take to publish, in milliseconds. */
const patience = 120_000;

const follow = (child: ChildProcess): WholeAgent => {
  const times: number[] = [];
  if (child.stdout === null) throw new Error('an agent of the bench has no output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const entry = parseJsonOrNothing(line);
    if (!isJsonObject(entry) || entry['msg'] !== 'published') return;
    times.push(Date.parse(String(entry['time'])));
    child.emit('published');
  });
  return { child, times };
};

/** Agents as the image has them, each a process of its own. */
export class WholeAgents {
  readonly #program: string;
  readonly #agents: WholeAgent[] = [];

  constructor(program: string) {
    this.#program = program;
  }

  get pids(): readonly number[] {
    return this.#agents.map(({ child }) => child.pid ?? -1);
  }

  /** Starts one, and waits until it has its files. */
  async start(plan: Plan, token: string): Promise<void> {
    const pod = new BenchPod(this.#program, encodePlan(plan), { [plan.broker?.token ?? '']: token });
    const agent = follow(pod.start('run', { stdio: ['ignore', 'pipe', 'inherit'] }));
    this.#agents.push(agent);
    await this.#next(agent);
  }

  /** When each of them published next, in milliseconds since the epoch. */
  published(): Promise<readonly number[]> {
    return Promise.all(this.#agents.map((agent) => this.#next(agent)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#agents.map(({ child }) => end(child)));
  }

  async #next({ child, times }: WholeAgent): Promise<number> {
    const signal = AbortSignal.timeout(patience);
    while (times.length === 0) await once(child, 'published', { signal });
    return times.shift() ?? NaN;
  }
}
