import { describe, expect, test } from '@jest/globals';
import type { VaultStaticAuth } from '../../lib/stores/vault-static-auth.ts';
import { makeClientAuthority, makeClientCertificate } from '../support/client-certificate.ts';
import { canary, leaks, startGame, type Game } from './vault-harness.ts';
import { openKept } from './vault-kept-harness.ts';

const minute = 60_000;
const db = `{"user":"app","password":"${canary}1"} v1`;

describe('auth.cert', () => {
  const auth: VaultStaticAuth = {
    method: 'cert',
    mountPath: 'cert',
    certificate: { name: 'vault', key: 'tls.crt' },
    key: { name: 'vault', key: 'tls.key' },
  };
  type Pair = Awaited<ReturnType<typeof makeClientCertificate>>;

  const filesOf = ({ certificate, key }: Pair): Map<string, string> =>
    new Map([
      ['vault/tls.crt', certificate],
      ['vault/tls.key', key],
    ]);
  const start = async (): Promise<{ game: Game; make: (name: string, life?: number) => Promise<Pair> }> => {
    const game = await startGame();
    const now = game.clock.now();
    const issuer = await makeClientAuthority(now);
    const role = {
      certificate: issuer.certificate,
      allowed_common_names: ['broker'],
      token_policies: ['app'],
      token_ttl: '15m',
    };
    await game.vault.enableAuth('cert', { type: 'cert', roles: { broker: role } });
    const make = (commonName: string, life?: number) =>
      makeClientCertificate({ commonName, now, issuer, ...(life === undefined ? {} : { life }) });
    return { game, make };
  };
  const refusal = (role: string) =>
    `unauthenticated: Vault refused the login at auth/cert (HTTP 400): check that this is the mount path of a cert auth method, and that ${role} admits the certificate in the credential "vault/tls.crt"`;

  test('logs in over connections that show the certificate, and reads over others', async () => {
    const { game, make } = await start();
    const kept = await openKept(game, { auth, credentials: filesOf(await make('broker')) });
    expect(await kept.lines('payments/db')).toEqual([db]);
    expect(kept.records).toEqual(['login ok', 'mounts ok', 'read ok']);
    expect(kept.askedFor).toEqual([`vault/tls.crt ${game.vault.url}`, `vault/tls.key ${game.vault.url}`]);
  });

  test('renews with the certificate too', async () => {
    const { game, make } = await start();
    const kept = await openKept(game, { auth, credentials: filesOf(await make('broker')) });
    await kept.read('payments/db');
    await game.clock.advance(11 * minute);
    expect(await kept.lines('payments/db')).toEqual([db]);
    expect(kept.records.slice(3)).toEqual(['renew ok', 'read ok']);
  });

  test('goes on with the login until it lapses where the certificate is another one, and logs in with that', async () => {
    const { game, make } = await start();
    const credentials = filesOf(await make('broker'));
    const kept = await openKept(game, { auth, credentials });
    await kept.read('payments/db');
    for (const [key, text] of filesOf(await make('broker'))) credentials.set(key, text);
    await game.clock.advance(11 * minute);
    expect(await kept.lines('payments/db')).toEqual([db]);
    await game.clock.advance(5 * minute);
    expect(await kept.lines('payments/db')).toEqual([db]);
    expect(kept.records.slice(3).filter((record) => !record.startsWith('mounts'))).toEqual([
      'renew unavailable',
      'read ok',
      'login ok',
      'read ok',
    ]);
  });

  test('names the role, where the store does', async () => {
    const { game, make } = await start();
    const credentials = filesOf(await make('broker'));
    const { lines } = await openKept(game, { auth: { ...auth, role: 'broker' }, credentials });
    expect(await lines('payments/db')).toEqual([db]);
    const other = await openKept(game, { auth: { ...auth, role: 'other' }, credentials });
    expect(await other.lines('payments/db')).toEqual([refusal('the certificate role "other"')]);
  });

  test('says what may be wrong with a certificate', async () => {
    const { game, make } = await start();
    const { lines } = await openKept(game, { auth, credentials: filesOf(await make('stranger')) });
    expect(await lines('payments/db')).toEqual([refusal('a certificate role')]);
  });

  test.each([
    [
      'a key of another certificate',
      async (make: (name: string) => Promise<Pair>) => ({
        ...(await make('broker')),
        key: (await make('broker')).key,
      }),
      'do not belong together',
    ],
    [
      'no certificate',
      async (make: (name: string) => Promise<Pair>) => ({ ...(await make('broker')), certificate: canary }),
      'are not a PEM certificate and its unencrypted PEM key',
    ],
    [
      'no key',
      async (make: (name: string) => Promise<Pair>) => ({ ...(await make('broker')), key: canary }),
      'are not a PEM certificate and its unencrypted PEM key',
    ],
    [
      'a certificate that has ended',
      (make: (name: string, life?: number) => Promise<Pair>) => make('broker', -minute),
      'have expired: the certificate ended 2025-12-31T23:59:00.000Z',
    ],
  ])('sends nothing with %s', async (_what, pairOf, problem) => {
    const { game, make } = await start();
    const kept = await openKept(game, { auth, credentials: filesOf(await pairOf(make)) });
    expect(await kept.lines('payments/db')).toEqual([
      `unauthenticated: the credentials "vault/tls.crt" and "vault/tls.key" ${problem}`,
    ]);
    expect(game.vault.requests.count()).toBe(0);
    expect(leaks(kept.logs, kept.records, await kept.read('payments/db'))).toEqual([]);
  });

  test('is not for http servers', async () => {
    const { game, make } = await start();
    const store = { server: 'http://127.0.0.1:1', allowHttp: true };
    const { lines } = await openKept(game, { auth, store, credentials: filesOf(await make('broker')) });
    expect(await lines('payments/db')).toEqual([
      'invalid: 127.0.0.1:1 is an http server; a client certificate is shown over https alone',
    ]);
  });
});
