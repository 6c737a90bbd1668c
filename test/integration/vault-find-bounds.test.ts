import { describe, expect, test } from '@jest/globals';
import { findSource, shownFind } from '../support/found.ts';
import { until } from '../support/until.ts';
import { find, inTeam, names, start } from './vault-find-harness.ts';
import { leaks } from './vault-harness.ts';

describe('bounds', () => {
  test('of how many secrets are read', async () => {
    const game = await start();
    for (let index = 0; index <= 1000; index += 1) await game.vault.write(`kv/many/k${index}`, { index });
    expect(await find(game, { path: 'many' })).toBe(
      'invalid: 1001 secrets fit the find, and 1000 are the most that are read: narrow it by find.path or find.name',
    );
    expect(game.vault.requests.list({ path: 'kv/data/many/*' })).toEqual([]);
    expect(Object.keys(await find(game, { path: 'many', name: 'k[0-9]+$' }))).not.toHaveLength(0);
    const found = await find(game, { path: 'many', name: 'k[0-9]{1,3}$' });
    expect(Object.keys(found)).toHaveLength(1000);
  });

  test('of how deep folders are in one another', async () => {
    const game = await start();
    const sixteen = Array.from({ length: 16 }, (_, index) => `f${index}`).join('/');
    await game.vault.write(`kv/deep/${sixteen}/key`, { a: '1' });
    expect(await names(game, { path: 'deep' })).toEqual([`deep/${sixteen}/key`]);
    await game.vault.write(`kv/deep/${sixteen}/f16/key`, { a: '1' });
    expect(await find(game, { path: 'deep' })).toBe(
      `invalid: the find goes 16 folders deep at the most, and there are more below its "${sixteen}": name a folder further down as find.path`,
    );
  });

  test('of how many bytes are kept', async () => {
    const game = await start();
    for (let index = 0; index < 9; index += 1)
      await game.vault.write(`kv/large/k${index}`, { text: 'x'.repeat(512 * 1024) });
    expect(await find(game, { path: 'large' })).toBe(
      'invalid: the secrets that fit the find have more than 4194304 bytes: narrow it by find.path or find.name',
    );
  });

  test('of time: the find fails alone, and at last', async () => {
    const game = await start();
    const { vault, clock } = game;
    const { provider } = await game.open();
    const held = vault.faults.add({ kind: 'slow-headers', milliseconds: 9_000, path: 'kv/metadata/*' });
    const reading = provider.read(
      [findSource({ path: 'team' }), { store: 0, key: 'top', intervalSeconds: 60 }],
      new AbortController().signal,
    );
    await until(() => vault.requests.count({ path: 'kv/data/top' }) === 1);
    for (const [folders, milliseconds] of [
      [1, 9_000],
      [2, 9_000],
      [3, 2_000],
    ] as const) {
      await until(() => held.hits === folders);
      await clock.advance(milliseconds);
    }
    const [found, top] = await reading;
    expect(shownFind(found)).toBe('timeout: the find did not end within 20 s');
    expect(top?.ok).toBe(true);
  });
});

test('finds and keys are read beside one another, each with an outcome of its own', async () => {
  const game = await start();
  const { provider } = await game.open();
  const held = game.vault.faults.add({ kind: 'slow-headers', milliseconds: 1_000, path: 'kv/metadata/team' });
  const keys = ['top', 'none', 'database/creds/readonly'].map((key) => ({
    store: 0,
    key,
    intervalSeconds: 60,
  }));
  const finds = [{ path: 'team' }, { path: 'team/' }, { path: 'none' }, { name: '(' }].map(findSource);
  const reading = provider.read([...finds, ...keys], new AbortController().signal);
  await until(() => held.hits === 2 && game.vault.requests.count({ path: 'database/creds/readonly' }) === 1);
  game.vault.faults.clear();
  await game.clock.advance(1_000);
  const outcomes = await reading;
  expect(outcomes.slice(0, 4).map(shownFind)).toEqual([
    inTeam,
    inTeam,
    expect.stringMatching(/^not_found: /),
    expect.stringMatching(/^invalid: /),
  ]);
  expect(outcomes.slice(4).map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))).toEqual([
    'ok',
    'not_found',
    'ok',
  ]);
  expect(outcomes.filter((outcome) => outcome.ok && outcome.value.lease !== undefined)).toHaveLength(1);
});

test('a find that is called off ends', async () => {
  const game = await start();
  const { provider } = await game.open();
  const held = game.vault.faults.add({ kind: 'slow-headers', milliseconds: 9_000, path: 'kv/metadata/*' });
  const controller = new AbortController();
  const reading = provider.read([findSource({})], controller.signal);
  await until(() => held.hits === 1);
  controller.abort();
  expect(shownFind((await reading)[0])).toMatch(/^timeout: the request to .* was cancelled$/);
});

test.each(['truncated-json', 'html', 'empty-body'] as const)(
  'an answer that is not of Vault is unavailable: %s',
  async (kind) => {
    for (const path of ['kv/metadata', 'kv/data/team/db']) {
      const game = await start();
      game.vault.faults.add({ kind, path });
      expect(await find(game, {})).toMatch(/^unavailable: .* the answer is not Vault's/);
    }
  },
);

test('no value, token or answer is printed', async () => {
  const game = await start();
  const opened = await game.open();
  const signal = new AbortController().signal;
  const outcomes = [...(await opened.provider.read([findSource({}), findSource({ name: 'x' })], signal))];
  await game.vault.policy('app', 'path "kv/metadata/*" { capabilities = ["list"] }');
  await game.clock.advance(10_000);
  outcomes.push(...(await opened.provider.read([findSource({}), findSource({ path: 'none' })], signal)));
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false, false]);
  expect(leaks(outcomes, opened.logs, opened.records, opened.provider)).toEqual([]);
});
