import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeFolders } from '../../support/agent/folders.ts';
import type { FigureName, Measurement } from '../core/figures.ts';
import { megabytes, processorShare, type Watched } from '../core/loop.ts';
import { median } from '../core/statistics.ts';
import { end, procBytes, processorTime } from '../processes.ts';
import type { Backends, Backing } from './backends.ts';
import { BenchPod } from './pod.ts';

/** How often the agents of this part read: often enough that a short run sees many refreshes. */
const intervalSeconds = 2;
/** Until the start and its garbage are past, in seconds. */
const settlingSeconds = 6;
const watchedSeconds = 20;
const sampleEveryMs = 500;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
};

/** An agent in its loop, with its endpoints on as they are by default. */
class LoopingAgent {
  readonly #child: ReturnType<BenchPod['start']>;
  readonly #port: number;

  private constructor(child: ReturnType<BenchPod['start']>, port: number) {
    this.#child = child;
    this.#port = port;
  }

  static async start(
    backends: Backends,
    options: { readonly program: string; readonly backing: Backing; readonly seconds: number },
  ): Promise<LoopingAgent> {
    const port = await freePort();
    const plan = backends.plan(options.backing, { intervalSeconds: options.seconds, port });
    const pod = new BenchPod(options.program, plan, await backends.tokens());
    return new LoopingAgent(pod.start('run'), port);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Refreshes so far, as its metrics say. Throws where one has failed. */
  async refreshes(): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.#port}/metrics`)).text();
    const counts = [...text.matchAll(/^keyferry_refresh_total\{outcome="(\w+)"\} (\d+)$/gm)];
    const failed = counts.some(([, outcome, count]) => /fail|error/.test(outcome ?? '') && count !== '0');
    if (failed || counts.length === 0) throw new Error(`an agent of the bench does not refresh:\n${text}`);
    return counts.reduce((sum, [, , count]) => sum + Number(count), 0);
  }

  stop(): Promise<void> {
    return end(this.#child);
  }
}

/** An agent watched for a while, and its memory at each of many moments of it, in bytes. */
interface Seen extends Watched {
  readonly anonymous: readonly number[];
  readonly resident: readonly number[];
}

const watch = async (agent: LoopingAgent): Promise<Seen> => {
  const { pid } = agent;
  const anonymous: number[] = [];
  const resident: number[] = [];
  const [time, count, began] = [processorTime(pid), await agent.refreshes(), performance.now()];
  while (performance.now() - began < watchedSeconds * 1000) {
    await sleep(sampleEveryMs);
    anonymous.push(procBytes(pid, 'smaps_rollup', 'Pss_Anon'));
    resident.push(procBytes(pid, 'status', 'VmRSS'));
  }
  const milliseconds = processorTime(pid) - time;
  const seconds = (performance.now() - began) / 1000;
  return { milliseconds, refreshes: (await agent.refreshes()) - count, seconds, anonymous, resident };
};

/** Between two collections memory grows and then falls: any one moment says little, the middle of many what the agent takes. */
const middle = (name: FigureName, samples: readonly number[]): Measurement => {
  const ends = [Math.min(...samples), Math.max(...samples)].map((bytes) => megabytes(bytes).toFixed(1));
  const note = `the middle of ${samples.length} samples in ${watchedSeconds} s, from ${ends.join(' to ')} MB`;
  return { name, value: megabytes(median(samples)), note };
};

const memoryOf = (kind: keyof typeof kinds, seen: Seen): readonly Measurement[] => [
  middle(`agent-memory-${kind}`, seen.anonymous),
  middle(`agent-resident-${kind}`, seen.resident),
];

const kinds = { vault: ['vault'], aws: ['aws'], both: ['vault', 'aws'] } as const;

/**
 * Memory and processor time of agents in their loop. At an interval of a minute a run of any use would last for hours, so the time of
 * one refresh is taken from agents that refresh every two seconds and the time of doing nothing from one that never does; a minute
 * has one of the former and sixty seconds of the latter.
 */
export const measureLoops = async (backends: Backends, program: string): Promise<readonly Measurement[]> => {
  const start = (backing: Backing, seconds: number): Promise<LoopingAgent> =>
    LoopingAgent.start(backends, { program, backing, seconds });
  const agents = {
    vault: await start(kinds.vault, intervalSeconds),
    aws: await start(kinds.aws, intervalSeconds),
    both: await start(kinds.both, intervalSeconds),
    idle: await start(kinds.both, 86_400),
  };
  try {
    await sleep(settlingSeconds * 1000);
    const [vault, aws, both, idle] = await Promise.all([
      watch(agents.vault),
      watch(agents.aws),
      watch(agents.both),
      watch(agents.idle),
    ]);
    const cpu = (name: 'agent-cpu-vault' | 'agent-cpu-aws', busy: Watched): Measurement => {
      const share = processorShare({ busy, idle, intervalSeconds: 60 });
      const note = `${share.perRefresh.toFixed(1)} ms for a refresh (of ${busy.refreshes}), ${share.idle.toFixed(3)} mCPU without any`;
      return { name, value: share.total, note };
    };
    return [
      ...memoryOf('vault', vault),
      ...memoryOf('aws', aws),
      ...memoryOf('both', both),
      cpu('agent-cpu-vault', vault),
      cpu('agent-cpu-aws', aws),
    ];
  } finally {
    await Promise.all(Object.values(agents).map((agent) => agent.stop()));
    removeFolders();
  }
};
