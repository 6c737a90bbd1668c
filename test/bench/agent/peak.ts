import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeFolders } from '../../support/agent/folders.ts';
import type { Measurement } from '../core/figures.ts';
import { end, procBytes } from '../processes.ts';
import { largeKeys, type Backends } from './backends.ts';
import { makeMemoryGroup } from './cgroup.ts';
import { BenchPod } from './pod.ts';

const starts = 5;
const mebibyte = 2 ** 20;

const exitCode = async (child: ChildProcess): Promise<unknown> =>
  ((await once(child, 'exit')) as unknown[])[0];

/** Ends both processes of a pod whatever happens between. */
const withPod = async <T>(
  pod: BenchPod,
  before: readonly string[],
  use: (agent: ChildProcess, hook: ChildProcess) => Promise<T>,
): Promise<T> => {
  const agent = pod.start('run', { before });
  const hook = pod.start('wait', { before });
  try {
    return await use(agent, hook);
  } finally {
    await Promise.all([end(hook), end(agent)]);
    removeFolders();
  }
};

const waited = async (hook: Promise<unknown>): Promise<void> => {
  const code = await hook;
  if (code !== 0) throw new Error(`the wait hook of the bench ended with ${String(code)}`);
};

/** The peak of a group that has both processes and the pages that they write. */
const grouped = async (pod: BenchPod): Promise<number | undefined> => {
  const group = makeMemoryGroup();
  if (group === undefined) return undefined;
  try {
    return await withPod(pod, group.enter, async (_agent, hook) => {
      await waited(exitCode(hook));
      return group.peak();
    });
  } finally {
    group.remove();
  }
};

const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => lstatSync(join(folder, name)))
    .filter((found) => found.isFile())
    .reduce((sum, { blocks }) => sum + blocks * 512, 0);

/** The high-water mark of a process as long as it can be read. */
const followPeak = async (child: ChildProcess): Promise<number> => {
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    try {
      peak = Math.max(peak, procBytes(child.pid ?? -1, 'status', 'VmHWM'));
    } catch {
      // A process that has just ended has no memory any more.
    }
    await sleep(2);
  }
  return peak;
};

/** The sum of what each process had at most, and of the pages in the volumes: never less than the group's peak, often more. */
const summed = (pod: BenchPod): Promise<number> =>
  withPod(pod, [], async (agent, hook) => {
    const ended = exitCode(hook);
    const hookPeak = await followPeak(hook);
    await waited(ended);
    const volumes = pod.memoryVolumes.reduce((sum, folder) => sum + bytesBelow(folder), 0);
    return procBytes(agent.pid ?? -1, 'status', 'VmHWM') + hookPeak + volumes;
  });

/** The most memory that the agent's container has at its start, with the `postStart` hook in it and 1 MiB of secrets from two stores. */
export const measurePeak = async (backends: Backends, program: string): Promise<readonly Measurement[]> => {
  const tokens = await backends.tokens();
  const plan = backends.plan(['vault', 'aws'], { keys: largeKeys });
  const newPod = (): BenchPod => new BenchPod(program, plan, tokens);
  const name = 'agent-peak-memory';
  const peaks: number[] = [];
  for (let start = 0; start < starts; start += 1) {
    const peak = await grouped(newPod());
    if (peak === undefined) break;
    peaks.push(peak);
  }
  if (peaks.length === starts) {
    const note = `the largest of ${starts} starts, as a cgroup of its own counted it`;
    return [{ name, value: Math.max(...peaks) / mebibyte, note }];
  }
  for (let start = 0; start < starts; start += 1) peaks.push(await summed(newPod()));
  const note =
    'NOT a cgroup, which this user may not make: the sum of both processes’ own peaks and of the pages of their volumes, which is more';
  return [{ name, value: Math.max(...peaks) / mebibyte, note }];
};
