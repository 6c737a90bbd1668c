import { describe, expect, test } from '@jest/globals';
import type { PlanFind } from '../../lib/plan.ts';
import { findIn } from '../support/found.ts';
import { until } from '../support/until.ts';
import { find, hiddenMounts, inTeam, names, start } from './vault-find-harness.ts';
import type { Game, Opening } from './vault-harness.ts';

describe('names', () => {
  test('without a path are those below the store, folder in folder', async () => {
    expect(await find(await start(), {})).toEqual({ ...inTeam, top: '{"c":"1"}' });
  });

  test.each<[string, Opening['store'], string[]]>([
    ['team', {}, Object.keys(inTeam)],
    ['team/', {}, Object.keys(inTeam)],
    ['team/sub', {}, ['team/sub/deep/key']],
    ['kv/team/sub', {}, ['kv/team/sub/deep/key']],
    ['kv/data/team/sub', {}, ['kv/data/team/sub/deep/key']],
    ['/kv/team/sub', {}, ['kv/team/sub/deep/key']],
    ['kv/data/team/sub', { path: '' }, ['kv/data/team/sub/deep/key']],
    ['kv/team/sub', { path: '' }, ['kv/team/sub/deep/key']],
    ['sub', { path: 'kv/team' }, ['sub/deep/key']],
    ['/old', {}, ['old/payments/db']],
    ['payments', { path: 'old', kvVersion: 'v1' }, ['payments/db']],
  ])('begin with the path %s as it is written (store %j)', async (path, over, expected) => {
    expect(await names(await start(), { path }, { store: over ?? {} })).toEqual(expected);
  });

  test('are the same where the token does not see the mount table', async () => {
    const game = await start();
    game.vault.faults.add(hiddenMounts);
    expect(await names(game, {})).toEqual([...Object.keys(inTeam), 'top']);
  });

  test.each<[string, string[]]>([
    ['^team/', Object.keys(inTeam)],
    ['db', ['team/db']],
    ['^db', []],
    ['^team/(?P<name>[a-z]+)$', ['team/api', 'team/db', 'team/sub']],
    [String.raw`(?i)^TEAM/\pL+$`, ['team/api', 'team/db', 'team/sub']],
  ])('are found by %s anywhere in them, path included', async (name, expected) => {
    const game = await start();
    expect(await names(game, { path: 'team', name })).toEqual(expected);
    const read = game.vault.requests
      .list({ path: 'kv/data/*' })
      .map(({ path }) => path.slice('kv/data/'.length));
    expect(read.sort()).toEqual(expected);
  });

  test('may have characters that mean something in a URL', async () => {
    const game = await start();
    await game.vault.write('kv/odd/a b%2F?list=true#ü', { x: '1' });
    expect(await find(game, { path: 'odd' })).toEqual({ 'odd/a b%2F?list=true#ü': '{"x":"1"}' });
  });

  test('of an expression that RE2 does not have are none: invalid', async () => {
    const game = await start();
    expect(await find(game, { name: '(?=x)' })).toBe(
      'invalid: find.name "(?=x)" is of no use: error parsing regexp: invalid or unsupported Perl syntax',
    );
    expect(game.vault.requests.list({ path: 'kv/*' })).toEqual([]);
  });
});

describe('tags', () => {
  const tagged = async (): Promise<Game> => {
    const game = await start();
    await game.vault.tag('kv/team/db', { env: 'prod', team: 'payments' });
    await game.vault.tag('kv/team/api', { env: 'production' });
    await game.vault.tag('kv/team/sub/deep/key', { env: 'prod' });
    return game;
  };

  test.each<[string, string[]]>([
    ['env=prod', ['team/db', 'team/sub/deep/key']],
    ['env=prod team=payments', ['team/db']],
    ['env=Prod', []],
    ['current_version=1 env=prod', ['team/db', 'team/sub/deep/key']],
    ['current_version=2', []],
  ])('%s are custom metadata, all of them equal', async (text, expected) => {
    const tags = text
      .split(' ')
      .map((tag) => ({ name: tag.split('=')[0] ?? '', value: tag.split('=')[1] ?? '' }));
    expect(await names(await tagged(), { path: 'team', tags })).toEqual(expected);
  });

  test('are not looked at beside a name, which is a warning', async () => {
    const game = await tagged();
    const opened = await game.open();
    const wanted = { path: 'team', name: 'api', tags: [{ name: 'env', value: 'none' }] };
    expect(await findIn(opened.provider, wanted)).toEqual({ 'team/api': '{"token":"t"}' });
    await findIn(opened.provider, wanted);
    expect(opened.logs).toEqual([
      [{ lifeSeconds: 900 }, 'logged in to Vault'],
      ['the find has a name, so its tags are not looked at'],
    ]);
    expect(opened.records.filter((record) => record.startsWith('read_metadata'))).toEqual([]);
  });

  test('are nothing that KV version 1 has', async () => {
    const wanted = { tags: [{ name: 'env', value: 'prod' }] };
    expect(await find(await start(), wanted, { store: { path: 'old', kvVersion: 'v1' } })).toBe(
      'invalid: old/ is KV version 1, which keeps no metadata: leave out find.tags',
    );
  });
});

describe('what is not there', () => {
  test('is left out where it was deleted: its newest version, or all of it after it was listed', async () => {
    const game = await start();
    const { vault, clock } = game;
    await vault.rotate('kv/team/db', { user: 'second' });
    await vault.delete('kv/team/db');
    await clock.advance(1);
    await vault.destroy('kv/team/sub', [1]);
    const held = vault.faults.add({
      kind: 'slow-headers',
      milliseconds: 1_000,
      path: 'kv/data/team/api',
      times: 1,
    });
    const finding = find(game, { path: 'team' });
    await until(() => held.hits === 1);
    await vault.request('delete', 'kv/metadata/team/api');
    await clock.advance(1_000);
    expect(await finding).toEqual({ 'team/sub/deep/key': '{"b":"deeper"}' });
  });

  test('is not_found as a whole where nothing is below the path', async () => {
    const game = await start();
    expect(await find(game, { path: 'none' })).toBe(
      'not_found: nothing is below "none" in kv/ ("kv/metadata/none")',
    );
    game.vault.faults.add(hiddenMounts);
    expect(await find(game, { path: 'none' })).toBe(
      'not_found: nothing is below "none" in kv/ ("kv/metadata/none"); the token cannot see what kv/ is, so it was taken for KV version 2, as the store says',
    );
  });

  test('is an empty find where nothing fits', async () => {
    expect(await find(await start(), { name: 'nothing-like-it' })).toEqual({});
  });
});

describe('what is denied', () => {
  test.each<[string, string, PlanFind, string]>([
    [
      'listing',
      'path "kv/data/*" { capabilities = ["read"] }',
      { path: 'team' },
      'listing "team" in kv/: a policy of role "app" must allow "list" on "kv/metadata/team/*"',
    ],
    [
      'listing the mount',
      'path "kv/data/*" { capabilities = ["read"] }',
      {},
      'listing kv/: a policy of role "app" must allow "list" on "kv/metadata/*"',
    ],
    [
      'listing a folder further down',
      `path "kv/metadata/team" { capabilities = ["list"] }
       path "kv/data/*" { capabilities = ["read"] }`,
      { path: 'team' },
      'listing "team/sub" in kv/: a policy of role "app" must allow "list" on "kv/metadata/team/sub/*"',
    ],
    [
      'one of the secrets',
      `path "kv/metadata/*" { capabilities = ["list"] }
       path "kv/data/team/*" { capabilities = ["read"] }
       path "kv/data/team/db" { capabilities = ["deny"] }`,
      { path: 'team' },
      'reading "team/db" in kv/: a policy of role "app" must allow "read" on "kv/data/team/db"',
    ],
    [
      'the metadata',
      `path "kv/metadata/*" { capabilities = ["list"] }
       path "kv/data/*" { capabilities = ["read"] }`,
      { path: 'team/sub', tags: [{ name: 'a', value: 'b' }] },
      'reading the metadata of "team/sub/deep/key" in kv/: a policy of role "app" must allow "read" on "kv/metadata/team/sub/deep/key"',
    ],
  ])('%s: the whole find, with what a policy lacks', async (_what, rules, wanted, expected) => {
    expect(await find(await start(rules), wanted)).toBe(`denied: Vault denied ${expected}`);
  });

  test('costs a login once, not at each refresh', async () => {
    const game = await start('path "kv/data/*" { capabilities = ["read"] }');
    const { provider, records } = await game.open();
    const logins = () => records.filter((record) => record.startsWith('login')).length;
    for (const [minutes, expected] of [
      [0, 1],
      [1, 1],
      [1, 1],
      [4, 2],
      [1, 2],
    ] as const) {
      await game.clock.advance(minutes * 60_000);
      expect(await findIn(provider, {})).toMatch(/^denied: /);
      expect(logins()).toBe(expected);
    }
  });
});

describe('where a find cannot be', () => {
  test.each<[PlanFind, Opening['store'], string]>([
    [
      { path: 'database/creds' },
      {},
      'a find looks in key-value engines, and mount database/ is of type database',
    ],
    [{ path: '/database' }, {}, 'a find looks in key-value engines, and mount database/ is of type database'],
    [{ path: '/' }, {}, 'find.path "/" names no folder'],
    [{ path: 'a//b' }, {}, 'find.path "a//b" has an empty segment'],
    [{ path: 'a/../b' }, {}, 'find.path "a/../b" has the segment ".."'],
    [{}, { path: '' }, 'the store has no path, so find.path has to say which mount to look in'],
  ])('%j in %j', async (wanted, over, expected) => {
    expect(await find(await start(), wanted, { store: over ?? {} })).toBe(`invalid: ${expected}`);
  });
});
