import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../../lib/clock.ts';
import { silentLogger } from '../../../lib/log.ts';
import type { PlanFind } from '../../../lib/plan.ts';
import { openFile } from '../../../providers/file.ts';
import { makeFolder, removeFolders } from '../../support/agent/folders.ts';
import { sourceOf } from '../../support/agent/plans.ts';
import { findIn, findSource, shownFind } from '../../support/found.ts';

let root: string;
let records: string[];

beforeEach(() => {
  root = makeFolder();
  mkdirSync(join(root, 'stores'));
  records = [];
});
afterEach(removeFolders);

const openAt = (path: string) =>
  openFile(
    { name: 'files', kind: 'SecretStore', provider: { type: 'file', path, root: '/stores' } },
    {
      clock: systemClock,
      log: silentLogger,
      session: { load: () => undefined, save: () => undefined },
      readToken: () => Promise.reject(new Error('no tokens here')),
      resolvePath: (absolute) => join(root, absolute),
      record: ({ operation, outcome }) => {
        records.push(`${operation} ${outcome}`);
      },
    },
  );

const find = async (path: string, wanted: PlanFind) => findIn(await openAt(path), wanted);

describe('in a mapping', () => {
  beforeEach(() => {
    const secrets = {
      'team/db': { user: 'u', id: 1 },
      'team/api': 'key',
      teams: 't',
      other: '',
      constructor: 'c',
    };
    writeFileSync(join(root, 'stores/s.json'), JSON.stringify(secrets));
  });

  test.each<[PlanFind, Record<string, string>]>([
    [{ path: 'team/' }, { 'team/db': '{"user":"u","id":1}', 'team/api': 'key' }],
    [{ path: 'team', name: 's$' }, { teams: 't' }],
    [{ name: '^(other|const)' }, { other: '', constructor: 'c' }],
    [{ path: 'none' }, {}],
  ])('%j', async (wanted, expected) => {
    expect(await find('/stores/s.json', wanted)).toEqual(expected);
  });

  test.each<[PlanFind, string]>([
    [{ tags: [{ name: 'a', value: 'b' }] }, 'a file store has no tags: leave out find.tags'],
    [{ name: '[' }, 'find.name "[" is of no use: error parsing regexp: missing closing ]'],
  ])('%j is invalid', async (wanted, expected) => {
    expect(await find('/stores/s.json', wanted)).toBe(`invalid: ${expected}`);
  });

  test('of more keys than are read, and of more than are looked at', async () => {
    const write = (count: number): void => {
      const keys = Array.from({ length: count }, (_, index) => [`k${index}`, 'x']);
      writeFileSync(join(root, 'stores/many.json'), JSON.stringify(Object.fromEntries(keys)));
    };
    write(1001);
    expect(await find('/stores/many.json', {})).toMatch(/^invalid: 1001 secrets fit the find/);
    expect(Object.keys(await find('/stores/many.json', { name: '^k[0-9]{1,3}$' }))).toHaveLength(1000);
    write(10_001);
    expect(await find('/stores/many.json', { path: 'k1' })).toBe(
      'invalid: the find has more than 10000 names to look at: narrow it by find.path',
    );
  });

  test('each source has an outcome of its own', async () => {
    const provider = await openAt('/stores/s.json');
    const sources = [
      findSource({ path: 'teams' }),
      sourceOf('none'),
      sourceOf('teams'),
      findSource({ name: '(' }),
    ];
    const outcomes = await provider.read(sources, new AbortController().signal);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, false]);
    expect(shownFind(outcomes[0])).toEqual({ teams: 't' });
  });
});

describe('in a folder', () => {
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, 'stores/d', path, '..'), { recursive: true });
    writeFileSync(join(root, 'stores/d', path), text);
  };
  beforeEach(() => {
    write('team/db', 'db');
    write('team/sub/key', 'deeper');
    write('top', 'top');
  });

  test('names have their folders before them', async () => {
    expect(await find('/stores/d', {})).toEqual({ 'team/db': 'db', 'team/sub/key': 'deeper', top: 'top' });
    expect(await find('/stores/d', { path: 'team/', name: 'k' })).toEqual({ 'team/sub/key': 'deeper' });
    expect(records.slice(0, 4)).toEqual(['read ok', 'list ok', 'list ok', 'list ok']);
  });

  test('as the kubelet projects it: keys are links, its own folders are not looked at', async () => {
    write('..data/projected', 'value');
    symlinkSync('..data/projected', join(root, 'stores/d/projected'));
    expect(await find('/stores/d', { path: 'proj' })).toEqual({ projected: 'value' });
  });

  test('links to folders are not followed, those that lead out are denied', async () => {
    symlinkSync('..', join(root, 'stores/d/again'));
    symlinkSync('missing', join(root, 'stores/d/dangling'));
    expect(Object.keys(await find('/stores/d', {}))).toHaveLength(3);
    writeFileSync(join(root, 'outside'), 'x');
    symlinkSync(join(root, 'outside'), join(root, 'stores/d/out'));
    expect(await find('/stores/d', {})).toBe(
      'denied: the path leads out of the folder that file stores may read',
    );
    expect(Object.keys(await find('/stores/d', { path: 't' }))).toHaveLength(3);
  });

  test('of folders in folders ends after sixteen', async () => {
    const sixteen = Array.from({ length: 16 }, () => 'f').join('/');
    write(`${sixteen}/key`, 'x');
    expect(await find('/stores/d', { path: 'f' })).toEqual({ [`${sixteen}/key`]: 'x' });
    write(`${sixteen}/f/key`, 'x');
    expect(await find('/stores/d', { path: 'f' })).toMatch(/^invalid: the find goes 16 folders deep/);
  });

  (process.getuid?.() === 0 ? test.skip : test)('that may not be listed is denied', async () => {
    chmodSync(join(root, 'stores/d/team'), 0o000);
    expect(await find('/stores/d', {})).toBe('denied: the file may not be read (EACCES)');
    chmodSync(join(root, 'stores/d/team'), 0o755);
  });
});
