import { silentLogger } from '../../../../lib/log.ts';
import { providerError, type ProviderErrorCode } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { err, ok } from '../../../../lib/result.ts';
import { Authority } from '../../../../providers/vault/authority.ts';
import {
  tokenOf,
  type TokenDuty,
  type TokenLease,
  type VaultToken,
} from '../../../../providers/vault/token.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

type Reply = Partial<Omit<TokenLease, 'secret'>> | ProviderErrorCode;

export const signal = new AbortController().signal;
export const minute = 60_000;

/** An authority whose logins and renewals answer from a script, `{}` being a token for 15 minutes; tokens are t1, t2, … */
export const play = (script: {
  logins?: Reply[];
  renewals?: Reply[];
  /** Whether Vault knows a token that it is asked about; it does, by default. */
  lookups?: (boolean | ProviderErrorCode)[];
  session?: (clock: ManualClock) => VaultToken;
}) => {
  const clock = new ManualClock();
  const events: string[] = [];
  const kept: VaultToken[] = [];
  let logins = 0;
  let gate: Promise<unknown> = Promise.resolve();
  const lease = (secret: string, reply: Exclude<Reply, string>): TokenLease => ({
    secret: new Redacted(secret),
    life: 15 * minute,
    renewable: true,
    uses: null,
    ...reply,
  });
  const authority = new Authority({
    clock,
    log: silentLogger,
    session: script.session?.(clock),
    onToken: (token) => kept.push(token),
    requests: {
      logIn: async () => {
        events.push('login');
        await gate;
        const reply = script.logins?.shift() ?? {};
        if (typeof reply === 'string') return err(providerError(reply, 'scripted'));
        logins += 1;
        return ok(tokenOf(lease(`t${logins}`, reply), clock.now()));
      },
      renew: async ({ secret }) => {
        events.push(`renew ${secret.reveal()}`);
        await gate;
        const reply = script.renewals?.shift() ?? {};
        return typeof reply === 'string'
          ? err(providerError(reply, 'scripted'))
          : ok(lease('ignored', reply));
      },
      isKnown: ({ secret }) => {
        events.push(`lookup ${secret.reveal()}`);
        const reply = script.lookups?.shift() ?? true;
        return Promise.resolve(typeof reply === 'string' ? err(providerError(reply, 'scripted')) : ok(reply));
      },
      revoke: () => Promise.resolve(ok(undefined)),
    },
  });
  const take = async (duty: TokenDuty = 'requests'): Promise<string> => {
    const grant = await authority.take(signal, duty);
    return grant.ok ? grant.value.secret.reveal() : grant.error.code;
  };
  return {
    authority,
    clock,
    events,
    kept,
    take,
    hold: (until: Promise<unknown>) => {
      gate = until;
    },
  };
};

/** A token of an earlier process. */
export const sessionToken =
  (life: number) =>
  (clock: ManualClock): VaultToken =>
    tokenOf({ secret: new Redacted('s'), life, renewable: true, uses: null }, clock.now());
