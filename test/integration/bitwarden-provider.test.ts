import { describe, expect, test } from '@jest/globals';
import { findIn } from '../support/found.ts';
import { until } from '../support/until.ts';
import { canaries, dbId, foreignId, lineOf, projectId, sourceOf, startGame } from './bitwarden-harness.ts';

const noSuch = `not_found: project ${projectId} has no such secret that the machine account may read`;

describe('reading', () => {
  test('by id, whatever its case, and by name, letter for letter', async () => {
    const { open } = await startGame();
    const { lines } = await open();
    expect(await lines(dbId, dbId.toUpperCase(), 'db', 'api', 'Api', 'DB')).toEqual([
      `${canaries.db}1`,
      `${canaries.db}1`,
      `${canaries.db}1`,
      canaries.api,
      'another',
      noSuch,
    ]);
  });

  test('never leaves the project of the store', async () => {
    const { open } = await startGame();
    const { lines } = await open();
    expect(await lines(foreignId, 'foreign', 'of no project')).toEqual([noSuch, noSuch, noSuch]);
  });

  test('several secrets of one name are told with their ids', async () => {
    const { bitwarden, clock, open } = await startGame();
    const second = 'bbbbbbbb-0000-4000-8000-000000000002';
    bitwarden.createSecret({ id: second, key: 'db', value: 'two', project: 'payments' });
    await clock.advance(2_000);
    const { lines } = await open();
    expect(await lines('db', dbId, second)).toEqual([
      `invalid: project ${projectId} has 2 secrets of this name: ${dbId}, ${second}; use the id of the one that is meant as the key`,
      `${canaries.db}1`,
      'two',
    ]);
  });

  test('the version is the time of the last change', async () => {
    const { open } = await startGame();
    const { read } = await open();
    const [outcome] = await read('db');
    expect(outcome?.ok === true && outcome.value.version).toBe('2026-01-01T00:00:00.000Z');
  });

  test('many reads take one login and few requests', async () => {
    const { bitwarden, clock, open } = await startGame();
    const ids = Array.from({ length: 250 }, (_, index) =>
      bitwarden.createSecret({ key: `many ${index}`, value: `${index}`, project: 'payments' }),
    );
    await clock.advance(2_000);
    const { read, records } = await open();
    // Each a read of its own, as many agents cause them.
    const outcomes = await Promise.all(ids.map((id) => read(id)));
    expect(outcomes.map(([outcome]) => lineOf(outcome))).toEqual(ids.map((_, index) => `${index}`));
    expect(records).toEqual(['login ok', 'sync ok', 'read ok', 'read ok', 'read ok']);
    await clock.advance(60_000);
    await Promise.all(ids.slice(0, 50).map((id) => read(id)));
    expect(records.slice(5)).toEqual(['sync ok', 'read ok']);
    expect(bitwarden.requests.count({ operation: 'login' })).toBe(1);
  });

  test('a secret that is deleted while others are read fails alone', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { lines, fresh } = await open();
    expect(await lines('db')).toEqual([`${canaries.db}1`]);
    await clock.advance(500);
    bitwarden.deleteSecret('api');
    expect(await lines('api', 'db', 'Api')).toEqual([noSuch, `${canaries.db}1`, 'another']);
    bitwarden.moveSecret('Api', 'other');
    // Nobody looked since: the names are still those of before.
    expect(await lines('db', 'Api')).toEqual([`${canaries.db}1`, noSuch]);
    expect(await fresh('Api')).toEqual([noSuch]);
  });

  test('a fresh read does not take the names that somebody asked for before', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { lines, fresh } = await open();
    await lines('db');
    await clock.advance(10_000);
    const slow = { kind: 'slow-body', milliseconds: 5_000, operation: 'syncSecrets', times: 1 } as const;
    const fault = bitwarden.faults.add(slow);
    const before = lines('later');
    await until(() => fault.hits > 0);
    await clock.advance(2_000);
    bitwarden.createSecret({ key: 'later', value: 'there', project: 'payments' });
    const after = [fresh('later'), fresh('later')];
    bitwarden.faults.clear();
    expect(await Promise.all(after)).toEqual([['there'], ['there']]);
    // It looks once more for what was not there.
    expect(await before).toEqual(['there']);
  });

  test('what a ref may say elsewhere is invalid here', async () => {
    const { open } = await startGame();
    const { provider } = await open();
    const outcomes = await provider.read(
      [
        { ...sourceOf('db'), version: '1' },
        { ...sourceOf('db'), stage: 'AWSCURRENT' },
        { ...sourceOf('db'), parameters: [] },
      ],
      new AbortController().signal,
    );
    expect(outcomes.map(lineOf)).toEqual([
      'invalid: Bitwarden keeps no versions to choose from',
      'invalid: Bitwarden has no stages',
      'invalid: Bitwarden takes no parameters',
    ]);
  });

  test('whoever gives up is answered at once', async () => {
    const { bitwarden, open } = await startGame();
    const { provider } = await open();
    bitwarden.faults.add({ kind: 'hang', operation: 'syncSecrets' });
    const asked = new AbortController();
    const outcomes = provider.read([sourceOf('db'), sourceOf('api')], asked.signal);
    asked.abort();
    expect((await outcomes).map(lineOf)).toEqual(
      Array.from({ length: 2 }, () => 'timeout: reading from Bitwarden was cancelled'),
    );
  });
});

describe('finding', () => {
  test('gives the secrets of the project by name', async () => {
    const { open } = await startGame();
    const { provider } = await open();
    expect(await findIn(provider, {})).toEqual({
      Api: 'another',
      api: Buffer.from(canaries.api).toString('latin1'),
      db: Buffer.from(`${canaries.db}1`).toString('latin1'),
    });
    expect(Object.keys(await findIn(provider, { name: '^[A-Z]' }))).toEqual(['Api']);
    expect(await findIn(provider, { name: 'none' })).toEqual({});
  });

  test('takes no path, no tags, and no two secrets of one name', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { provider } = await open();
    expect(await findIn(provider, { path: 'a' })).toBe(
      'invalid: Bitwarden has no folders: leave out find.path',
    );
    expect(await findIn(provider, { tags: [{ name: 'a', value: 'b' }] })).toBe(
      'invalid: Bitwarden has no tags: leave out find.tags',
    );
    expect(await findIn(provider, { name: '(' })).toMatch(/^invalid: find\.name "\(" is of no use: /);
    bitwarden.createSecret({ key: 'db', value: 'two', project: 'payments' });
    await clock.advance(2_000);
    expect(await findIn(provider, { name: 'db' })).toMatch(/^invalid: project .* has 2 secrets of this name/);
    expect(Object.keys(await findIn(provider, { name: 'pi' }))).toEqual(['Api', 'api']);
  });
});

describe('checking', () => {
  test('one small request tells that nothing has changed, and what has', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { read, check, lines, records } = await open();
    const versions = new Map<string, string>();
    for (const [index, outcome] of (await read('db', 'api', 'Api')).entries())
      versions.set(['db', 'api', 'Api'][index]!, (outcome.ok ? outcome.value.version : undefined)!);
    const known = Object.fromEntries(versions);
    records.length = 0;
    await clock.advance(10_000);
    expect(await check(known)).toEqual(['same', 'same', 'same']);
    expect(records).toEqual(['sync ok']);

    bitwarden.rotate('db', `${canaries.db}2`);
    bitwarden.deleteSecret('Api');
    await clock.advance(10_000);
    expect(await check(known)).toEqual(['changed', 'same', 'changed']);
    expect(await lines('db')).toEqual([`${canaries.db}2`]);
    expect(records).toEqual(['sync ok', 'sync ok', 'read ok']);
  });

  test('a change in the very second of the last sync is seen', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { read, check } = await open();
    await clock.advance(900);
    const [outcome] = await read('db');
    await clock.advance(50);
    bitwarden.rotate('db', 'new');
    expect(await check({ db: (outcome?.ok === true && outcome.value.version) || '' })).toEqual(['changed']);
  });

  test('finds have versions too', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { provider } = await open();
    const signal = new AbortController().signal;
    const source = { ...sourceOf(''), find: { name: 'pi' } };
    const [found] = await provider.read([source], signal);
    const version = (found?.ok === true ? found.value.version : undefined)!;
    const check = async () => (await provider.check?.([{ source, version }], signal))?.[0];
    bitwarden.rotate('db', 'new');
    expect(await check()).toEqual({ ok: true, value: 'same' });
    await clock.advance(2_000);
    bitwarden.createSecret({ key: 'pine', value: '', project: 'payments' });
    expect(await check()).toEqual({ ok: true, value: 'changed' });
  });
});
