import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { watchPaths } from '../../lib/path-changes.ts';
import { logLines } from '../support/log-lines.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { untilAdvancing } from '../support/until.ts';

/** Changes of real files; how long it is quiet is by the test's clock. */

let folder: string;
let clock: ManualClock;
let calls: number;
let stop: () => Promise<void>;

const file = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-paths-'));
  writeFileSync(file('watched'), '1');
  clock = new ManualClock();
  calls = 0;
  const onChange = (): Promise<void> => {
    calls += 1;
    return Promise.resolve();
  };
  stop = await watchPaths({ paths: [file('watched')], clock, log: logLines().log, onChange });
});
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

test('is told of a change soon after it', async () => {
  const began = clock.monotonic();
  writeFileSync(file('watched'), '2');
  await untilAdvancing(clock, () => calls === 1, { step: 10 });
  expect(clock.monotonic() - began).toBeLessThan(60_000);
});

test('is told of a change though something beside it is written all the time', async () => {
  writeFileSync(file('watched'), '2');
  const began = clock.monotonic();
  let written = 0;
  const busy = (): boolean => {
    written += 1;
    writeFileSync(file('some.log'), String(written));
    return calls > 0;
  };
  await untilAdvancing(clock, busy, { what: 'the call', step: 10 });
  expect(clock.monotonic() - began).toBeGreaterThan(100);
  expect(clock.monotonic() - began).toBeLessThan(60_000);
  expect(written).toBeGreaterThan(10);
});
