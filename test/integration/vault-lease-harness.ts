import type { Lease, Provider } from '../../providers/provider.ts';
import { startGame, type Game, type Opening } from './vault-harness.ts';

export const minute = 60_000;
export const { signal } = new AbortController();

type Renewals = Awaited<ReturnType<NonNullable<Provider['renew']>>>;

const key = '/database/creds/readonly';

/** A renewed lease, or `code: message`. */
export const shown = (outcome: Renewals[number]): Lease | string =>
  outcome.ok ? outcome.value : `${outcome.error.code}: ${outcome.error.message}`;

/** A Vault, a store of it, and a credential that was read from it. */
export const startLease = async (
  over: Opening = {},
  prepare: (game: Game) => Promise<void> | void = () => undefined,
) => {
  const game = await startGame();
  await prepare(game);
  const opened = await game.open(over);
  const issue = async (): Promise<Lease> => {
    const [outcome] = await opened.read(key);
    if (outcome?.ok !== true || outcome.value.lease === undefined) throw new Error('no lease');
    return outcome.value.lease;
  };
  const lease = await issue();
  const { provider } = opened;
  return {
    ...game,
    ...opened,
    lease,
    issue,
    renew: async (...leases: Lease[]) => (await provider.renew!(leases, signal)).map(shown),
    keepAlive: () => provider.keepAlive!(signal),
    revoke: () => provider.revoke!(signal),
    living: () => game.vault.liveLeases().map(({ id }) => id),
    logins: () => game.vault.requests.count({ path: 'auth/kubernetes/login' }),
  };
};
