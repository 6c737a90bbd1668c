import type { PlanFind } from '../../lib/plan.ts';
import { findIn } from '../support/found.ts';
import { canary, startGame, type Game, type Opening } from './vault-harness.ts';

const policy = `
  path "kv/metadata/*" { capabilities = ["list", "read"] }
  path "kv/data/*" { capabilities = ["read"] }
  path "old/*" { capabilities = ["list", "read"] }
  path "database/creds/readonly" { capabilities = ["read"] }
`;

/** A Vault with a few folders, and a pod that may read them. */
export const start = async (rules = policy): Promise<Game> => {
  const game = await startGame();
  const { vault } = game;
  await vault.policy('app', rules);
  for (const path of ['payments/db', 'payments/api', 'other/db', 'data/db'])
    await vault.request('delete', `kv/metadata/${path}`);
  await vault.write('kv/team/db', { user: 'app', password: `${canary}1` });
  await vault.write('kv/team/api', { token: 't' });
  await vault.write('kv/team/sub', { a: 'secret' });
  await vault.write('kv/team/sub/deep/key', { b: 'deeper' });
  await vault.write('kv/top', { c: '1' });
  return game;
};

const db = Buffer.from(`{"user":"app","password":"${canary}1"}`).toString('latin1');
export const inTeam = {
  'team/api': '{"token":"t"}',
  'team/db': db,
  'team/sub': '{"a":"secret"}',
  'team/sub/deep/key': '{"b":"deeper"}',
};

/** What a token without any right to see mounts gets. */
export const hiddenMounts = {
  kind: 'status',
  status: 403,
  errors: ['permission denied'],
  path: 'sys/internal/ui/mounts',
} as const;

export const find = async (game: Game, wanted: PlanFind, over: Opening = {}) =>
  findIn((await game.open(over)).provider, wanted);

export const names = async (game: Game, wanted: PlanFind, over: Opening = {}): Promise<string[] | string> => {
  const found = await find(game, wanted, over);
  return typeof found === 'string' ? found : Object.keys(found);
};
