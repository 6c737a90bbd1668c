import { describe, expect, test } from '@jest/globals';
import type { Provider } from '../../providers/provider.ts';
import { source, startGame, type Game } from './vault-harness.ts';
import { kubernetesLogin } from '../support/stand-in-connections.ts';
import { openKept, signal, type Kept } from './vault-kept-harness.ts';

const metadataRules = `
  path "kv/metadata/payments/*" { capabilities = ["read"] }
  path "kv/data/payments/*" { capabilities = ["read"] }
  path "old/payments/*" { capabilities = ["read"] }
  path "database/creds/readonly" { capabilities = ["read"] }
`;

type Checked = Awaited<ReturnType<NonNullable<Provider['check']>>>;

const shown = (outcome: Checked[number]): string =>
  outcome.ok ? String(outcome.value) : `${outcome.error.code}: ${outcome.error.message}`;

const start = async (
  rules: string | undefined = metadataRules,
): Promise<Game & Kept & { readonly check: (key: string, version?: string) => Promise<string> }> => {
  const game = await startGame();
  if (rules !== '') await game.vault.policy('app', rules);
  const kept = await openKept(game, { auth: kubernetesLogin });
  const check = async (key: string, version = '1'): Promise<string> => {
    const [outcome] = await kept.provider.check!([{ source: source(key), version }], signal);
    return shown(outcome!);
  };
  return { ...game, ...kept, check };
};

const dataReads = ({ vault }: Game): number => vault.requests.count({ path: 'kv/data/*' });

describe('whether a secret has changed', () => {
  test('is said without reading it', async () => {
    const game = await start();
    expect(await game.check('payments/db')).toBe('same');
    await game.vault.write('kv/payments/db', { user: 'new' });
    expect(await game.check('payments/db')).toBe('changed');
    expect(await game.check('payments/db', '2')).toBe('same');
    expect(dataReads(game)).toBe(0);
    expect(game.records).toContain('read_metadata ok');
  });

  test('deleted, brought back, destroyed, gone altogether', async () => {
    const { vault, check } = await start();
    await vault.delete('kv/payments/db');
    expect(await check('payments/db')).toBe('changed');
    await vault.undelete('kv/payments/db', [1]);
    expect(await check('payments/db')).toBe('same');
    await vault.destroy('kv/payments/db', [1]);
    expect(await check('payments/db')).toBe('changed');
    await vault.request('delete', 'kv/metadata/payments/db');
    expect(await check('payments/db')).toBe('changed');
  });

  test('rolled back: what was is a version of its own', async () => {
    const { vault, check } = await start();
    const first = await vault.read('kv/payments/db');
    await vault.write('kv/payments/db', { user: 'new' });
    await vault.write('kv/payments/db', first!);
    expect(await check('payments/db', '2')).toBe('changed');
    expect(await check('payments/db', '3')).toBe('same');
  });

  test('a version that is named is compared with itself', async () => {
    const { vault, check } = await start();
    await vault.write('kv/payments/db', { user: 'new' });
    expect(await check('payments/db?version=1')).toBe('same');
    await vault.destroy('kv/payments/db', [1]);
    expect(await check('payments/db?version=1')).toBe('changed');
  });

  test('a deletion that is only planned is none yet', async () => {
    const { vault, clock, check } = await start();
    await vault.request('update', 'kv/metadata/payments/later', { delete_version_after: '1h' });
    await vault.write('kv/payments/later', { a: '1' });
    expect(await check('payments/later')).toBe('same');
    await clock.advance(61 * 60_000);
    expect(await check('payments/later')).toBe('changed');
  });

  test('cannot be told where a policy withholds the metadata, which is not asked for again at once, nor costs a login', async () => {
    const game = await start('');
    await game.read('payments/db');
    await game.clock.advance(10_000);
    expect(await game.check('payments/db')).toBe('undefined');
    expect(await game.check('payments/db')).toBe('undefined');
    const asked = { path: 'kv/metadata/*' };
    expect(game.vault.requests.count(asked)).toBe(1);
    await game.clock.advance(5 * 60_000);
    expect(await game.check('payments/db')).toBe('undefined');
    expect(game.vault.requests.count(asked)).toBe(2);
    expect(game.records.filter((record) => record.startsWith('login'))).toEqual(['login ok']);
  });

  test.each([
    ['KV version 1', '/old/payments/db'],
    ['an engine', '/database/creds/readonly'],
    ['a find', ''],
    ['a key that is none', 'a//b'],
  ])('cannot be told of %s', async (_what, key) => {
    const { provider, vault } = await start();
    const asked = key === '' ? { store: 0, key: '', intervalSeconds: 60, find: {} } : source(key);
    const outcomes = await provider.check!([{ source: asked, version: '1' }], signal);
    expect(outcomes.map(shown)).toEqual(['undefined']);
    expect(vault.requests.count({ path: 'database/*' })).toBe(0);
    expect(vault.requests.count({ path: '*/metadata/*' })).toBe(0);
  });

  test('is told of each in the order asked; nothing is sent for none', async () => {
    const { provider, vault } = await start();
    expect(await provider.check!([], signal)).toEqual([]);
    expect(vault.requests.count()).toBe(0);
    const known = ['payments/db', '/old/payments/db', 'payments/none'].map((key) => ({
      source: source(key),
      version: '1',
    }));
    expect((await provider.check!(known, signal)).map(shown)).toEqual(['same', 'undefined', 'changed']);
  });

  test('fails with the login, and with Vault', async () => {
    const { vault, check } = await start();
    expect(await check('payments/db')).toBe('same');
    vault.faults.add({ kind: 'status', status: 500, path: 'kv/*' });
    expect(await check('payments/db')).toBe(
      `unavailable: 127.0.0.1:${vault.port}: Vault failed inside (HTTP 500)`,
    );
    const other = await start();
    other.vault.seal();
    expect(await other.check('payments/db')).toMatch(/^unavailable: .*sealed/);
  });
});
