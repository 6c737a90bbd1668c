import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { removeFolders } from '../support/agent/folders.ts';
import { killAgents } from '../support/agent/process.ts';
import { storeKinds, type StoreKind } from '../support/faults/bench.ts';
import { BrokerBench } from '../support/faults/broker-bench.ts';
import { PodClock } from '../support/faults/pod-clock.ts';
import { checkFile } from '../support/golden-files.ts';
import { withTables } from './page.ts';
import { printedTable } from './printed.ts';
import { playRunning, playStart } from './play.ts';
import { playRunningThroughBroker, playStartThroughBroker, withBroker } from './play-broker.ts';
import type { BrokerCell, Cell, OwnStores, SceneCell } from './row.ts';
import { openBench } from './scene-kit.ts';
import { table } from './table.ts';

afterEach(() => {
  killAgents();
  removeFolders();
});

/** Processes go by the machine's clock, so it is the right one for their stores. */
const playScene = async (
  store: StoreKind,
  { says = '' }: SceneCell<never>,
  play: SceneCell<never>['play'],
) => {
  const bench = await openBench(store, { clock: new PodClock(Date.now()) });
  try {
    await play(bench as never, says);
  } finally {
    await bench.close();
  }
};

const testScene = (store: StoreKind, scene: SceneCell<never>): void => {
  const { play, playStart: atStart } = scene;
  test(`${store}: a running pod`, () => playScene(store, scene, play));
  if (atStart !== undefined) test(`${store}: a start`, () => playScene(store, scene, atStart));
};

const testStrike = (store: StoreKind, cell: Cell<never>): void => {
  test(`${store}: a running pod`, () => playRunning(store, cell));
  if (cell.start !== undefined && 'never' in cell.start) return;
  test(`${store}: a start`, () => playStart(store, cell));
};

const testThroughBroker = (cell: BrokerCell | SceneCell<BrokerBench>): void => {
  const on = (play: (bench: BrokerBench) => Promise<void>) => async () =>
    withBroker(play, await BrokerBench.start());
  if ('play' in cell) {
    const { play, playStart, says = '' } = cell;
    test(
      'a running pod',
      on((bench) => play(bench, says)),
    );
    if (playStart !== undefined)
      test(
        'a start',
        on((bench) => playStart(bench, says)),
      );
    return;
  }
  test(
    'a running pod',
    on((bench) => playRunningThroughBroker(bench, cell)),
  );
  test(
    'a start',
    on((bench) => playStartThroughBroker(bench, cell)),
  );
};

const testCell = (store: StoreKind, stores: OwnStores): void => {
  const cell = stores[store];
  if (typeof cell === 'string') return;
  if ('play' in cell) testScene(store, cell);
  else testStrike(store, cell);
};

describe.each(table)('$title', ({ rows }) => {
  describe.each(rows)('$fault', (row) => {
    const { stores } = row;
    if ('broker' in stores) testThroughBroker(stores.broker);
    else for (const store of storeKinds) testCell(store, stores);
  });
});

const page = join(import.meta.dirname, '../../docs/faults.md');

test('docs/faults.md has these tables', () => {
  checkFile(page, withTables(readFileSync(page, 'utf8'), table));
});

afterAll(() => {
  process.stdout.write(printedTable(table));
});

test('there are at least 24 faults', () => {
  expect(table.flatMap(({ rows }) => rows).length).toBeGreaterThanOrEqual(24);
});
