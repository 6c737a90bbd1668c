import { setTimeout as sleep } from 'node:timers/promises';
import { megabytes } from '../core/loop.ts';
import type { FigureName, Measurement } from '../core/figures.ts';
import { median, percentile } from '../core/statistics.ts';
import { procBytes, processorTime } from '../processes.ts';
import { Population } from './population.ts';
import { lastRead, requestsFor } from './reads.ts';
import { measureRequests } from './requests.ts';
import { audiences, intervalSeconds, keyOf, Scene, type Audience } from './scene.ts';

/** Three intervals and a little, in which nothing changes. */
const steadySeconds = 3.2 * intervalSeconds;
const sampleEveryMs = 1_000;
const rotations = 4;
/** Until what a start leaves behind is past, in milliseconds. */
const settlingMs = 3_000;
/** For all feeds to be open, in milliseconds. */
const patience = 60_000;

const agents = Object.values(audiences).reduce((sum, count) => sum + count, 0);

/** The broker's anonymous memory with nothing in it that could be collected, in bytes. */
const livingMemory = async (scene: Scene): Promise<number> => {
  scene.collectGarbage();
  await sleep(settlingMs);
  return procBytes(scene.pid, 'smaps_rollup', 'Pss_Anon');
};

const allFeeds = async (scene: Scene): Promise<void> => {
  const end = performance.now() + patience;
  for (let open = await scene.feeds(); open < agents; open = await scene.feeds()) {
    if (performance.now() > end) throw new Error(`only ${open} of ${agents} agents had a feed`);
    await sleep(200);
  }
};

/** Watches the agents in their loop, and what the broker asks of Vault meanwhile. */
const measureSteady = async (scene: Scene, { whole }: Population): Promise<readonly Measurement[]> => {
  const anonymous: number[] = [];
  const resident: number[] = [];
  const from = Date.now();
  while (Date.now() - from < steadySeconds * 1000) {
    await sleep(sampleEveryMs);
    for (const pid of whole.pids) {
      anonymous.push(procBytes(pid, 'smaps_rollup', 'Pss_Anon'));
      resident.push(procBytes(pid, 'status', 'VmRSS'));
    }
  }
  const reads = (audience: Audience): Measurement => {
    const times = requestsFor(scene.vault, keyOf(audience)).filter((time) => time >= from);
    const seconds = ((times.at(-1) ?? NaN) - (times[0] ?? NaN)) / 1000;
    const value = Number((((times.length - 1) * intervalSeconds) / seconds).toFixed(2));
    const note = `${times.length} requests of any kind in ${steadySeconds} s, ${seconds.toFixed(1)} s from the first to the last`;
    return { name: `broker-reads-${audience}`, value, note };
  };
  const memory = (name: FigureName, samples: readonly number[]): Measurement => {
    const ends = [Math.min(...samples), Math.max(...samples)].map((bytes) => megabytes(bytes).toFixed(1));
    const note = `${whole.pids.length} agents for ${steadySeconds} s, from ${ends.join(' to ')} MB`;
    return { name, value: megabytes(median(samples)), note };
  };
  return [
    ...(['one', 'hundred', 'thousand'] as const).map(reads),
    memory('agent-memory-broker', anonymous),
    memory('agent-resident-broker', resident),
  ];
};

/** One change: how long after the broker had the answer of Vault each agent had published it, in milliseconds. */
const rotate = async (scene: Scene, population: Population, count: number): Promise<readonly number[]> => {
  const key = keyOf('thousand');
  const published = population.published();
  await scene.vault.write(`kv/${key}`, { password: `generation ${count}` });
  const times = await published;
  const seen = lastRead(scene.vault, key);
  return times.map((time) => time - seen);
};

const measureChanges = async (scene: Scene, population: Population): Promise<readonly Measurement[]> => {
  const rounds: (readonly number[])[] = [];
  const times = (): readonly number[] => [
    processorTime(scene.pid),
    population.pids.reduce((sum, pid) => sum + processorTime(pid), 0),
  ];
  const before = times();
  for (let count = 1; count <= rotations; count += 1) rounds.push(await rotate(scene, population, count));
  const [broker, clients] = times().map((time, at) => ((time - (before[at] ?? NaN)) / rotations).toFixed(0));
  const all = rounds.flat();
  const lasts = rounds.map((times) => Math.max(...times));
  return [
    {
      name: 'broker-told-p50',
      value: percentile(all, 50),
      note: `${broker} ms of processor time of the broker and ${clients} ms of the agents for each change and the interval before it`,
    },
    { name: 'broker-told-p99', value: percentile(all, 99) },
    {
      name: 'broker-told-last',
      value: Math.max(...lasts),
      note: `the last of ${audiences.thousand} agents, the slowest of ${rotations} changes: ${lasts.join(', ')} ms`,
    },
  ];
};

/** What the broker does with a thousand agents, and what it costs. */
export const measureBroker = async (programs: {
  readonly broker: string;
  readonly agent: string;
}): Promise<readonly Measurement[]> => {
  await using scene = await Scene.open(programs.broker);
  const requests = await measureRequests(scene);
  const before = await livingMemory(scene);
  const population = new Population(scene, programs.agent);
  try {
    await population.start();
    await allFeeds(scene);
    const steady = await measureSteady(scene, population);
    const grown = (await livingMemory(scene)) - before;
    const note = `${megabytes(before).toFixed(1)} MB without any, ${megabytes(grown).toFixed(1)} MB more with ${agents}`;
    const memory: Measurement = { name: 'broker-memory-per-agent', value: grown / 1024 / agents, note };
    return [...steady, ...(await measureChanges(scene, population)), requests, memory];
  } finally {
    await population.stop();
  }
};
