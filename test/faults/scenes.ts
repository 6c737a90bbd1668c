import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { visibleFiles } from '../support/agent/volume.ts';
import type { Bench, NetworkBench } from '../support/faults/bench.ts';
import { mountAt, refusedWrites } from '../support/faults/full-volume.ts';
import { metricsOf, statusOf, terminationMessageOf } from '../support/faults/observed.ts';
import { hasNewest, isWell, minute, newest, startTimeout } from './scene-kit.ts';
import { answers } from './strikes.ts';

/** What strikes the pod itself. Each plays the whole of it; `says` is what the table promises. */

const hour = 60 * minute;

const statePath = ({ root }: Bench): string => join(root, 'keyferry/state/state.json');

const staleRefs = async ({ pod }: Bench): Promise<number | undefined> =>
  (await metricsOf(pod.agent)).get('keyferry_stale_refs');

/** A tmpfs without room, in a running pod. */
export const fullVolume = async (bench: Bench, says: string): Promise<void> => {
  const { pod } = bench;
  const volume = mountAt(bench.folder) ?? refusedWrites(pod);
  try {
    await pod.start();
    const before = newest(bench);
    volume.fill();
    await bench.rotate();
    await pod.runUntil(() => statusOf(pod.agent).volume !== null, 2 * minute);
    expect(statusOf(pod.agent).volume).toBe(says);
    expect(pod.agent.lines).toContainEqual({ level: 'error', text: says, fields: { code: 'ENOSPC' } });
    expect(await staleRefs(bench)).toBe(3);
    await pod.run(2 * minute);
    expect(visibleFiles(bench.folder)).toEqual(before);
    expect(pod.agent.ended()).toBeUndefined();
    volume.makeRoom();
    await pod.run(10_000);
    expect(isWell(bench)).toBe(true);
    expect(await staleRefs(bench)).toBe(0);
  } finally {
    await pod.agent.stop();
    volume.unmount();
  }
};

/** The same at a start: it fails when its time is over, and goes on as soon as there is room. */
export const fullVolumeAtStart = async (bench: Bench, says: string): Promise<void> => {
  const { pod } = bench;
  const volume = mountAt(bench.folder) ?? refusedWrites(pod);
  try {
    volume.fill();
    await pod.start();
    await pod.run(startTimeout);
    expect(terminationMessageOf(pod.agent)).toBe(`Keyferry has no secrets after 20 s\nENOSPC: ${says}`);
    await pod.start();
    await pod.run(5_000);
    volume.makeRoom();
    await pod.run(1_000);
    expect(isWell(bench)).toBe(true);
  } finally {
    await pod.agent.stop();
    volume.unmount();
  }
};

/** A state file with something else in it: the next process begins without it. */
export const corruptState = async (bench: Bench, says: string): Promise<void> => {
  const { pod } = bench;
  await pod.start();
  const half = readFileSync(statePath(bench), 'utf8').slice(0, -10);
  for (const text of [half, '', '\0\0\0\0', '{"version":99}']) {
    await pod.agent.stop();
    writeFileSync(statePath(bench), text);
    const before = newest(bench);
    await bench.rotate();
    const agent = await pod.start();
    expect(agent.lines.filter(({ level }) => level === 'warn').map((line) => line.text)).toEqual([says]);
    expect([newest(bench), before]).toContainEqual(visibleFiles(bench.folder));
    expect(isWell(bench)).toBe(true);
  }
};

/** A new process of the agent while its store is down: it has what the one before it had, and waits for the store. */
export const restartedInOutage = async (bench: NetworkBench, says: string): Promise<void> => {
  const { pod } = bench;
  await pod.start();
  await pod.run(minute / 2);
  const before = newest(bench);
  await bench.rotate();
  await bench.front.refuse();
  for (let restarts = 0; restarts < 3; restarts += 1) {
    await pod.agent.stop();
    const agent = await pod.start();
    expect(agent.lines.map(({ text }) => text)).toContain('went on from the state file');
    expect(statusOf(agent).ready).toBe(true);
    await pod.run(2 * minute);
    const [ref] = statusOf(agent).refs;
    expect(ref?.error?.message.replaceAll(bench.server, 'SERVER')).toBe(says);
    expect(visibleFiles(bench.folder)).toEqual(before);
    expect(await staleRefs(bench)).toBe(3);
  }
  await bench.front.restore();
  await pod.run(2 * minute);
  expect(isWell(bench)).toBe(true);
};

/** Nothing of the agent runs for an hour; it wakes as if no time had passed. */
export const pausedForAnHour = async (bench: Bench): Promise<void> => {
  const { pod, clock } = bench;
  await pod.start();
  await pod.run(10_000);
  await bench.rotate();
  await clock.jump(hour);
  await pod.settle();
  expect(isWell(bench)).toBe(true);
  await bench.rotate();
  await pod.runUntil(() => hasNewest(bench), 2 * minute);
  expect(isWell(bench)).toBe(true);
};

/** The same while it waits for an answer: that read is lost, the next one is soon. */
export const pausedWhileReading = async (bench: NetworkBench, says: string): Promise<void> => {
  const { pod, clock } = bench;
  await pod.start();
  const before = newest(bench);
  const struck = await answers({ kind: 'hang' })(bench);
  pod.stuck = struck.stuck ?? pod.stuck;
  await bench.rotate();
  await pod.runUntil(() => pod.stuck(pod.requests) > 0, 2 * minute);
  await clock.jump(hour);
  // The answer comes no more: the server gave up long ago.
  await struck.lift();
  pod.stuck = () => 0;
  await pod.settle();
  expect(visibleFiles(bench.folder)).toEqual(before);
  const [ref] = statusOf(pod.agent).refs;
  expect(ref?.error?.message.replaceAll(bench.server, 'SERVER')).toBe(says);
  await pod.run(minute);
  expect(isWell(bench)).toBe(true);
};
