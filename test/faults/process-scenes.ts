import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Plan } from '../../lib/plan.ts';
import { leaksOf } from '../support/canary.ts';
import { AgentProcess } from '../support/agent/process.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import type { AnswerFault, Bench, NetworkBench } from '../support/faults/bench.ts';
import { until } from '../support/until.ts';
import { filesOf, hasNewest } from './scene-kit.ts';

/** What strikes the agent's process; played with the program as it is in its image, by the machine's clock. */

const program = join(import.meta.dirname, '../../dist/agent.cjs');

/** The bench's plan for a process: it asks each second, and finds the store by a name that the machine knows. */
const processPlan = ({ plan, server }: Bench): Plan => {
  const host = server.split(':', 1)[0] ?? '';
  const text =
    host === '' ? JSON.stringify(plan) : JSON.stringify(plan).replaceAll(`//${host}`, '//localhost');
  const local = JSON.parse(text) as Plan;
  return { ...local, sources: local.sources.map((source) => ({ ...source, intervalSeconds: 1 })) };
};

const startAgent = (bench: Bench): AgentProcess =>
  new AgentProcess('run', { root: bench.root, plan: processPlan(bench), program });

/** Starts an agent and waits until the pod has the newest values. */
const startWell = async (bench: Bench): Promise<AgentProcess> => {
  const agent = startAgent(bench);
  await agent.logged('ready');
  await until(() => hasNewest(bench), 'the newest values');
  return agent;
};

/** Every file is there, and all are of one generation. */
const expectWhole = (bench: Bench): void => {
  const published = Array.from({ length: bench.generation }, (_, index) =>
    filesOf(bench, { db: index + 1, api: index + 1 }),
  );
  expect(published).toContainEqual(visibleFiles(bench.folder));
};

const expectSilence = (bench: Bench, { output, errors }: AgentProcess): void => {
  expect(leaksOf(bench.canaries, { output, errors })).toEqual([]);
};

const kill = async (bench: Bench, agent: AgentProcess): Promise<void> => {
  expect(await agent.kill('SIGKILL')).toBe('SIGKILL');
  expectWhole(bench);
  expectSilence(bench, agent);
};

/** Points of a refresh at which an answer can be held up. */
const heldUp: readonly AnswerFault[] = [
  { kind: 'hang' },
  { kind: 'slow-body', milliseconds: 4_000 },
  { kind: 'reset-mid-body' },
];

/** Milliseconds after the agent is ready: it asks again, writes its state, a generation and the swap. */
const moments: readonly number[] = [0, 30, 900, 1_000];

/** Killed in the moments of a refresh, again and again. */
export const killedAtAnyMoment = async (bench: Bench): Promise<void> => {
  for (const moment of moments) {
    const agent = startAgent(bench);
    await agent.logged('ready');
    await bench.rotate();
    await delay(moment);
    await kill(bench, agent);
  }
  const agent = await startWell(bench);
  expect(await agent.kill()).toBe(0);
};

/** Killed while the store is about to answer. */
export const killedWhileAsking = async (bench: NetworkBench): Promise<void> => {
  let agent = await startWell(bench);
  for (const fault of heldUp) {
    const hits = bench.answer(fault);
    await bench.rotate();
    await until(() => hits() > 0, 'a read');
    await kill(bench, agent);
    bench.clearAnswers();
    agent = await startWell(bench);
  }
  expect(await agent.kill()).toBe(0);
};

/** Stopped by SIGSTOP while connections end and values change, then let go on. */
export const stoppedAndContinued = async (bench: Bench): Promise<void> => {
  const agent = await startWell(bench);
  agent.signal('SIGSTOP');
  await bench.rotate();
  if ('front' in bench) (bench as NetworkBench).front.cut();
  await delay(200);
  expectWhole(bench);
  agent.signal('SIGCONT');
  await until(() => hasNewest(bench), 'the newest values');
  expectSilence(bench, agent);
  expect(await agent.kill()).toBe(0);
};
