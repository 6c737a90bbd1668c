import { afterEach } from '@jest/globals';
import { providerError } from '../../../lib/provider-error.ts';
import { removeFolders } from './folders.ts';
import { runInProcess, type RunningAgent } from './in-process.ts';
import { fileAt, fileStore, planOf, sourceOf } from './plans.ts';

/** Three stores with a key each; the third one's is optional. */
export const threeStores = planOf({
  stores: [fileStore('one'), fileStore('two'), fileStore('three')],
  sources: [
    sourceOf('a', { intervalSeconds: 60 }),
    sourceOf('b', { store: 1, intervalSeconds: 60 }),
    sourceOf('c', { store: 2, intervalSeconds: 60 }),
  ],
  files: [fileAt('a'), fileAt('b', { source: 1 }), fileAt('c', { source: 2, optional: true })],
});

export const unavailable = providerError('unavailable', 'the store is down');

/** More than a minute with what the pod's spread adds, less than two without; milliseconds. */
export const minute = 70_000;

const running: RunningAgent[] = [];

/** Runs an agent until the end of the test. */
export const runUntilTestEnds: typeof runInProcess = async (options) => {
  const agent = await runInProcess(options);
  running.push(agent);
  return agent;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((agent) => agent.stop()));
  removeFolders();
});

export interface ShownRef {
  readonly file: string;
  readonly stale: boolean;
  readonly error: { readonly code: string } | null;
}

/** The refs of an agent's `/status`. */
export const shownRefs = ({ agent }: RunningAgent): readonly ShownRef[] =>
  (agent.status() as { refs: readonly ShownRef[] }).refs;
