import { describe, expect, test } from '@jest/globals';
import type { PlanFind } from '../../lib/plan.ts';
import { allow, trustServiceAccount } from '../emulators/aws/setup.ts';
import { findIn, findSource, shownFind } from '../support/found.ts';
import { until } from '../support/until.ts';
import { leaks } from './vault-harness.ts';
import {
  canary,
  db,
  getSecretValue,
  latin1,
  roleArn,
  startGame,
  type Game,
  type Opening,
} from './aws-harness.ts';

const who = `role "${roleArn('app')}"`;
const trust = trustServiceAccount({ namespace: 'payments', serviceAccount: 'app' });
const every = allow(['*'], getSecretValue);
const list = allow(['*'], ['secretsmanager:ListSecrets']);
const batches = allow(['*'], ['secretsmanager:BatchGetSecretValue']);

/** An account with some tagged secrets, and a pod that may read all of them. */
const start = async (policy = [every, list, batches]): Promise<Game> => {
  const game = await startGame();
  const { aws } = game;
  aws.setRole('app', { trust, policy });
  aws.createSecret('team/db', { value: 'db', tags: { env: 'prod', team: 'payments' } });
  aws.createSecret('team/api', { value: 'api', tags: { env: 'production' } });
  aws.createSecret('teams', { value: 'teams', tags: { Env: 'prod' } });
  aws.createSecret('rds!db-1', { value: 'made by another service' });
  return game;
};

const find = async (game: Game, wanted: PlanFind, over: Opening = {}) =>
  findIn((await game.open(over)).provider, wanted);

const names = async (game: Game, wanted: PlanFind): Promise<string[] | string> => {
  const found = await find(game, wanted);
  return typeof found === 'string' ? found : Object.keys(found);
};

const tags = (text: string) =>
  text.split(' ').map((tag) => {
    const [name = '', value = ''] = tag.split('=');
    return { name, value };
  });

describe('what fits', () => {
  test('is read in batches, by name, texts and bytes', async () => {
    const game = await start();
    expect(await find(game, { path: 'payments/' })).toEqual({
      'payments/api': latin1(`${canary}2`),
      'payments/db': latin1(db),
      'payments/key': Buffer.from([0, 255, 254, 10]).toString('latin1'),
    });
    expect(game.requests().slice(-2)).toEqual([
      'ListSecrets 200',
      'BatchGetSecretValue payments/api,payments/db,payments/key 200',
    ]);
  });

  test.each<[PlanFind, string[]]>([
    [{ path: 'team' }, ['team/api', 'team/db', 'teams']],
    [{ path: 'Team' }, []],
    [{ path: '!team', name: '/' }, ['other/db', 'payments/api', 'payments/db', 'payments/key']],
    [{ name: '^team/' }, ['team/api', 'team/db']],
    [{ name: 'db' }, ['other/db', 'payments/db', 'rds!db-1', 'team/db']],
    [{ name: '^db$', path: 'team/' }, []],
    [{ name: 'db$', path: 'team/' }, ['team/db']],
    [{ tags: tags('env=prod') }, ['team/api', 'team/db']],
    [{ tags: tags('env=prod team=payments') }, ['team/db']],
    [{ tags: tags('env=prod'), name: 'api' }, ['team/api']],
    [{ tags: tags('env=prod'), path: 'team/d' }, ['team/db']],
    [{ tags: tags('env=PROD') }, []],
    [{ tags: tags('nv=prod') }, []],
  ])('%j', async (wanted, expected) => {
    expect(await names(await start(), wanted)).toEqual(expected);
  });

  test("is looked for without the store's prefix", async () => {
    const game = await start();
    expect(await find(game, { path: 'team/d' }, { store: { prefix: 'payments/' } })).toEqual({
      'team/db': 'db',
    });
  });

  test('is read one by one where batches are denied', async () => {
    const game = await start([every, list]);
    expect(await names(game, { path: 'team/' })).toEqual(['team/api', 'team/db']);
    expect(game.requests().slice(-3).sort()).toEqual([
      'BatchGetSecretValue team/api,team/db 400',
      'GetSecretValue team/api 200',
      'GetSecretValue team/db 200',
    ]);
  });

  test('is not what is scheduled for deletion, has no value, or went after it was listed', async () => {
    const game = await start();
    const { aws, clock } = game;
    aws.createSecret('team/marked', 'x');
    aws.deleteSecret('team/marked');
    const held = aws.faults.add({
      kind: 'slow-headers',
      milliseconds: 1_000,
      operation: 'BatchGetSecretValue',
      times: 1,
    });
    const finding = find(game, { path: 'team/' });
    await until(() => held.hits === 1);
    aws.deleteSecret('team/api', { force: true });
    await clock.advance(1_000);
    expect(await finding).toEqual({ 'team/db': 'db' });
  });

  test('may be many: page by page, batch by batch', async () => {
    const game = await start();
    const many = Array.from({ length: 250 }, (_, index) => `many/${String(index).padStart(3, '0')}`);
    for (const name of many) game.aws.createSecret(name, name);
    expect(await find(game, { path: 'many/' })).toEqual(Object.fromEntries(many.map((name) => [name, name])));
    const { requests } = game.aws;
    expect(requests.count({ operation: 'ListSecrets' })).toBe(3);
    expect(requests.count({ operation: 'BatchGetSecretValue' })).toBe(13);
  });
});

describe('what does not work', () => {
  test.each<[string, ReturnType<typeof allow>[], string]>([
    [
      'listing',
      [every, batches],
      `AWS denied ${who} listing the secrets in eu-central-1: a policy must allow secretsmanager:ListSecrets on "*"`,
    ],
    [
      'one of the secrets',
      [allow(['arn:aws:secretsmanager:*:*:secret:team/a*'], getSecretValue), list, batches],
      `AWS denied ${who} reading secret "team/db" in eu-central-1: a policy must allow secretsmanager:GetSecretValue on it (and kms:Decrypt, where a key of your own encrypts it)`,
    ],
  ])('%s is denied: the whole find', async (_what, policy, expected) => {
    expect(await find(await start(policy), { path: 'team/' })).toBe(`denied: ${expected}`);
  });

  test.each<[PlanFind, string]>([
    [{}, 'the find says neither path nor name nor tags, and would be all secrets of the account'],
    [
      { path: 'ü' },
      'AWS cannot filter by "ü": path and tags of a find are up to 512 letters, digits, spaces and ":_@/+=.-!"',
    ],
    [
      { path: 'x', tags: tags('a=1 b=2 c=3 d=4 e=5') },
      'the find has 5 tags and a path; AWS filters by 5 tags at the most, or by 4 and a path',
    ],
    [{ name: '(' }, 'find.name "(" is of no use: error parsing regexp: missing closing )'],
  ])('%j is invalid, and nothing is asked', async (wanted, expected) => {
    const game = await start();
    expect(await find(game, wanted)).toBe(`invalid: ${expected}`);
    expect(game.requests().filter((request) => request.startsWith('ListSecrets'))).toEqual([]);
  });

  test('more secrets than are read: none is', async () => {
    const game = await start();
    for (let index = 0; index <= 1000; index += 1) game.aws.createSecret(`many/${index}`, 'x');
    expect(await find(game, { path: 'many/' })).toBe(
      'invalid: 1001 secrets fit the find, and 1000 are the most that are read: narrow it by find.path or find.name',
    );
    expect(game.aws.requests.count({ operation: 'BatchGetSecretValue' })).toBe(0);
    expect(Object.keys(await find(game, { path: 'many/', name: '/[0-9]{1,3}$' }))).toHaveLength(1000);
  });

  test('more bytes than are kept', async () => {
    const game = await start();
    for (let index = 0; index < 70; index += 1)
      game.aws.createSecret(`large/${index}`, 'x'.repeat(61 * 1024));
    expect(await find(game, { path: 'large/' })).toBe(
      'invalid: the secrets that fit the find have more than 4194304 bytes: narrow it by find.path or find.name',
    );
  });

  test('a list that AWS does not give, or not whole', async () => {
    for (const kind of ['truncated-json', 'empty-body', 'html'] as const) {
      const game = await start();
      game.aws.faults.add({ kind, operation: 'ListSecrets' });
      expect(await find(game, { path: 'team/' })).toMatch(/^unavailable: .* the answer is not AWS's/);
    }
  });

  test('credentials that AWS forgot while it listed: a new login', async () => {
    const game = await start();
    const { provider } = await game.open();
    await findIn(provider, { path: 'team/' });
    game.aws.revokeSessions();
    expect(await findIn(provider, { path: 'team/d' })).toEqual({ 'team/db': 'db' });
    expect(game.requests().filter((request) => request.startsWith('AssumeRole'))).toHaveLength(2);
  });
});

test('finds and keys are read beside one another, each with an outcome of its own', async () => {
  const game = await start();
  const { provider, records } = await game.open();
  const key = (name: string) => ({ store: 0, key: name, intervalSeconds: 60 });
  const sources = [findSource({ path: 'team/d' }), key('payments/none'), findSource({}), key('payments/api')];
  const outcomes = await provider.read(sources, new AbortController().signal);
  expect(outcomes.map(shownFind)).toEqual([
    { 'team/db': 'db' },
    expect.stringMatching(/^not_found: /),
    expect.stringMatching(/^invalid: /),
    'no document',
  ]);
  expect(records.sort()).toEqual(['batch_read ok', 'list ok', 'login ok', 'read ok']);
});

test('a find that takes too long fails alone', async () => {
  const game = await start();
  const { aws, clock, open } = game;
  const { provider } = await open();
  for (let index = 0; index < 250; index += 1) aws.createSecret(`many/${index}`, 'x');
  const held = aws.faults.add({ kind: 'slow-headers', milliseconds: 8_000, operation: 'ListSecrets' });
  const sources = [findSource({ path: 'many/' }), { store: 0, key: 'payments/api', intervalSeconds: 60 }];
  const reading = provider.read(sources, new AbortController().signal);
  await until(() => aws.requests.count({ operation: 'GetSecretValue' }) === 1);
  for (const [pages, milliseconds] of [
    [1, 8_000],
    [2, 8_000],
    [3, 4_000],
  ] as const) {
    await until(() => held.hits === pages);
    await clock.advance(milliseconds);
  }
  const [found, api] = await reading;
  expect(shownFind(found)).toBe('timeout: the find did not end within 20 s');
  expect(api?.ok).toBe(true);
});

test('no value, credential or answer is printed', async () => {
  const game = await start();
  const { provider, logs, records } = await game.open();
  const { signal } = new AbortController();
  const outcomes = [...(await provider.read([findSource({ path: 'payments/' })], signal))];
  for (const code of ['AccessDeniedException', 'InvalidNextTokenException', canary]) {
    game.aws.faults.clear();
    game.aws.faults.add({ kind: 'status', status: 400, code, message: canary, operation: 'ListSecrets' });
    outcomes.push(...(await provider.read([findSource({ path: 'payments/' })], signal)));
  }
  expect(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code))).toEqual([
    'ok',
    'denied',
    'unavailable',
    'invalid',
  ]);
  expect(leaks(outcomes, logs, records, provider)).toEqual([]);
});
