import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { makePod, type RunningAgent } from '../support/agent/in-process.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { ScriptedStores } from '../support/agent/scripted-stores.ts';
import { runUntilTestEnds as run } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { untilAdvancing } from '../support/until.ts';

const plan = planOf({ sources: [sourceOf('a', { intervalSeconds: 0 })], files: [fileAt('a')] });

let root: string;
let stores: ScriptedStores;

beforeEach(() => {
  root = makePod();
  stores = new ScriptedStores({ 'files/a': '1' });
});

const annotate = (value: string): void => {
  writeFileSync(join(root, 'keyferry/identity/force-sync'), value);
};

/** Lets the agent look at the file some times, which is real input and output by a manual clock. */
const lookAround = async (agent: RunningAgent): Promise<void> => {
  let looks = 0;
  await untilAdvancing(agent.clock, () => (looks += 1) > 100);
};

const readAgain = (agent: RunningAgent): Promise<void> =>
  untilAdvancing(agent.clock, () => visibleFiles(agent.folder)['a'] === '2', { what: 'the refresh' });

describe('force-sync', () => {
  test('with a new value reads everything, with the same nothing', async () => {
    annotate('monday');
    const agent = await run({ plan, stores, root });
    stores.answers.set('files/a', '2');
    await lookAround(agent);
    expect(stores.reads).toHaveLength(1);
    annotate('tuesday');
    await readAgain(agent);
    await lookAround(agent);
    expect(stores.reads).toHaveLength(2);
  });

  test('may come to a pod that had none', async () => {
    const agent = await run({ plan, stores, root });
    await lookAround(agent);
    stores.answers.set('files/a', '2');
    annotate('monday');
    await readAgain(agent);
  });

  test('taken away asks for nothing', async () => {
    annotate('monday');
    const agent = await run({ plan, stores, root });
    await lookAround(agent);
    annotate('');
    await lookAround(agent);
    rmSync(join(root, 'keyferry/identity/force-sync'));
    await lookAround(agent);
    expect(stores.reads).toHaveLength(1);
  });

  test.each(['', 'monday'])('changed from "%s" while no agent ran is seen by the next', async (before) => {
    annotate(before);
    const first = await run({ plan, stores, root });
    await lookAround(first);
    await first.stop();
    stores.answers.set('files/a', '2');
    annotate('tuesday');
    const second = await run({ plan, stores, root, clock: first.clock });
    await readAgain(second);
  });
});
