import { makeFolder, removeFolders } from '../../support/agent/folders.ts';
import { Clients } from './clients.ts';
import { audiences, type Scene } from './scene.ts';
import { WholeAgents } from './whole-agents.ts';

/** Agents that are processes of their own, as in a pod. */
const wholeAgents = 20;
/** The others share some processes. */
const processes = 4;
/** How many of a process start at the same time: starting is not what is measured. */
const atATime = 5;

/** All agents of the scene. */
export class Population {
  readonly whole: WholeAgents;
  readonly #scene: Scene;
  readonly #home = makeFolder();
  readonly #few = new Clients(audiences.one + audiences.hundred);
  readonly #many: readonly Clients[];
  readonly #perProcess = (audiences.thousand - wholeAgents) / processes;

  constructor(scene: Scene, agentProgram: string) {
    this.#scene = scene;
    this.whole = new WholeAgents(agentProgram);
    this.#many = Array.from({ length: processes }, () => new Clients(this.#perProcess));
  }

  /** Of everything that a thousand agents run in. */
  get pids(): readonly number[] {
    return [...this.whole.pids, ...this.#many.map(({ pid }) => pid)];
  }

  /** Starts them all; resolves when each has its files. */
  async start(): Promise<void> {
    const scene = this.#scene;
    const common = { home: this.#home, atATime };
    const few = (['one', 'hundred'] as const).map(async (audience) => ({
      plan: scene.plan(audience),
      pods: await scene.pods(audience, audiences[audience]),
    }));
    await this.#few.start({ ...common, groups: await Promise.all(few) });
    const plan = scene.plan('thousand');
    for (const { token } of await scene.pods('whole', wholeAgents)) await this.whole.start(plan, token);
    await Promise.all(
      this.#many.map(async (clients, index) => {
        const pods = await scene.pods(`many-${index}`, this.#perProcess);
        await clients.start({ ...common, groups: [{ plan, pods }] });
      }),
    );
  }

  /** When each of the thousand published next, in milliseconds since the epoch. */
  async published(): Promise<readonly number[]> {
    const all = await Promise.all([this.whole, ...this.#many].map((agents) => agents.published()));
    return all.flat();
  }

  async stop(): Promise<void> {
    await Promise.all([this.whole, this.#few, ...this.#many].map((agents) => agents.stop()));
    removeFolders();
  }
}
