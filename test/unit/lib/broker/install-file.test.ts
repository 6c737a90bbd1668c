import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readInstallFile, watchInstallFile, type InstallFile } from '../../../../lib/broker/install-file.ts';
import { logLines } from '../../../support/log-lines.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { untilAdvancing } from '../../../support/until.ts';

let folder: string;
let path: string;
let clock: ManualClock;
let logged: ReturnType<typeof logLines>;
let file: InstallFile | undefined;

const granting = (name: string): string => `serviceAccounts: [{ namespace: payments, name: ${name} }]\n`;

/** As editors and the kubelet do it. */
const replace = async (text: string): Promise<void> => {
  await writeFile(join(folder, 'next'), text);
  await rename(join(folder, 'next'), path);
};

const start = async (): Promise<InstallFile> => {
  const started = await watchInstallFile({ path, clock, log: logged.log });
  if (!started.ok) throw new Error(started.error.join());
  file = started.value;
  return started.value;
};

const names = (of: InstallFile): readonly string[] => of.current().serviceAccounts.map(({ name }) => name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyferry-install-'));
  path = join(folder, 'broker.yaml');
  clock = new ManualClock();
  logged = logLines();
  file = undefined;
  await replace(granting('reader'));
});
afterEach(async () => {
  await file?.stop();
  await rm(folder, { recursive: true });
});

test('it is read again when it changes, and is the same object as long as it does not', async () => {
  const watched = await start();
  const first = watched.current();
  expect(names(watched)).toEqual(['reader']);
  expect(watched.current()).toBe(first);
  await replace(granting('writer'));
  await untilAdvancing(clock, () => names(watched).includes('writer'));
  expect(watched.current()).not.toBe(first);
  expect(logged.lines.map(({ level, text }) => `${level} ${text}`)).toEqual([
    "info the broker's configuration was read again",
  ]);
});

test('what was right before stays where it becomes wrong, and that is said once', async () => {
  const watched = await start();
  const first = watched.current();
  await replace('serviceAccounts: 1\n');
  await untilAdvancing(clock, () => logged.lines.length > 0);
  await clock.advance(180_000);
  expect(watched.current()).toBe(first);
  expect(logged.lines).toEqual([
    {
      level: 'error',
      text: "the broker's configuration has problems; what was read before stays in use",
      fields: { problems: [`${path}: broker.serviceAccounts must be a list`] },
    },
  ]);
});

test('whoever listens hears of each other content, once it counts, until they leave', async () => {
  const watched = await start();
  const heard: (readonly string[])[] = [];
  const leave = watched.onChange(() => heard.push(names(watched)));
  await replace(granting('reader'));
  await clock.advance(60_000);
  expect(heard).toEqual([]);
  await replace(granting('writer'));
  await untilAdvancing(clock, () => heard.length > 0);
  expect(heard).toEqual([['writer']]);
  leave();
  await replace(granting('other'));
  await untilAdvancing(clock, () => names(watched).includes('other'));
  expect(heard).toEqual([['writer']]);
});

test('it has to be right at first', async () => {
  await replace('serviceAccounts: 1\n');
  const problems = { ok: false, error: [`${path}: broker.serviceAccounts must be a list`] };
  expect(await watchInstallFile({ path, clock, log: logged.log })).toEqual(problems);
  expect(await readInstallFile(path)).toEqual(problems);
  const missing = await readInstallFile(join(folder, 'missing'));
  expect(missing.ok ? [] : missing.error).toEqual([expect.stringMatching(/missing: ENOENT/u)]);
});
