import { request as httpsRequest } from 'node:https';
import { describe, expect, test } from '@jest/globals';
import { makeClientAuthority, makeClientCertificate } from '../../../support/client-certificate.ts';
import { startFixture, type Fixture } from './fixture.ts';

type Pair = Awaited<ReturnType<typeof makeClientCertificate>>;

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Sends a request over a connection that shows a certificate, or none. */
const callAs = (
  { vault }: Fixture,
  pair: Pair | undefined,
  path: string,
  { body = {}, token }: { readonly body?: object; readonly token?: string } = {},
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { 'x-vault-token': token };
    const shown = pair === undefined ? {} : { cert: pair.certificate, key: pair.key };
    const options = { method: 'POST', ca: vault.caPem, agent: false, headers, ...shown } as const;
    const sent = httpsRequest(`${vault.url}/v1/${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const parsed = text === '' ? {} : (JSON.parse(text) as Reply['body']);
        resolve({ status: response.statusCode ?? 0, body: parsed });
      });
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });

const start = async () => {
  const fixture = await startFixture();
  const now = fixture.clock.now();
  const issuer = await makeClientAuthority(now);
  const pinned = await makeClientCertificate({ commonName: 'pinned', now });
  await fixture.vault.enableAuth('cert', {
    type: 'cert',
    roles: {
      ca: { certificate: issuer.certificate, allowed_common_names: 'broker', token_policies: 'payments' },
      pinned: { certificate: pinned.certificate, token_ttl: '10m', allowed_dns_sans: '*.clients' },
    },
  });
  const make = (commonName: string, over: object = {}) =>
    makeClientCertificate({ commonName, now, issuer, ...over });
  const login = (pair: Pair | undefined, body: object = {}) =>
    callAs(fixture, pair, 'auth/cert/login', { body });
  return { fixture, pinned, make, login };
};

const refused = (status: number, error: string): Reply => ({ status, body: { errors: [error] } });
const unknown = refused(400, 'invalid certificate or no client certificate supplied');
const unfit = refused(400, 'no chain matching all constraints could be found for this login certificate');

describe('a login', () => {
  test('with a certificate that a role has, or that its authority issued', async () => {
    const { login, pinned, make } = await start();
    expect(await login(pinned)).toMatchObject({
      status: 200,
      body: {
        auth: {
          policies: ['default'],
          lease_duration: 600,
          metadata: {
            cert_name: 'pinned',
            common_name: 'pinned',
            serial_number: expect.stringMatching(/^[0-9]+$/),
          },
        },
      },
    });
    expect(await login(await make('broker'))).toMatchObject({
      body: { auth: { policies: ['default', 'payments'], metadata: { cert_name: 'ca' } } },
    });
  });

  test('without a certificate, or with one that nobody knows', async () => {
    const { fixture, login } = await start();
    expect(await login(undefined)).toEqual(refused(400, 'no client certificate found'));
    const stranger = await makeClientCertificate({ commonName: 'broker', now: fixture.clock.now() });
    expect(await login(stranger)).toEqual(unknown);
  });

  test('with a name that no role admits, or for another role', async () => {
    const { login, make, pinned } = await start();
    expect(await login(await make('stranger'))).toEqual(unfit);
    expect((await login(pinned, { name: 'pinned' })).status).toBe(200);
    expect(await login(pinned, { name: 'ca' })).toEqual(unknown);
    expect(await login(pinned, { name: 'none' })).toEqual(unknown);
  });

  test('with a certificate that has ended, or is not for clients', async () => {
    const { login, make } = await start();
    expect(await login(await make('broker', { usage: 'serverAuth' }))).toEqual(
      refused(
        500,
        "failed to verify client's certificate: x509: certificate specifies an incompatible key usage",
      ),
    );
    expect(await login(await make('broker', { life: -60_000 }))).toEqual(
      refused(
        500,
        "failed to verify client's certificate: x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is after 2025-12-31T23:59:00Z",
      ),
    );
  });
});

describe('a renewal', () => {
  test('takes the certificate of the login', async () => {
    const { fixture, login, make } = await start();
    const pair = await make('broker');
    const { client_token: token } = (await login(pair)).body['auth'] as { client_token: string };
    const renew = (as: Pair | undefined) => callAs(fixture, as, 'auth/token/renew-self', { token });
    expect((await renew(pair)).status).toBe(200);
    expect(await renew(undefined)).toEqual(refused(400, 'no client certificate found'));
    expect(await renew(await make('stranger'))).toEqual(unfit);
    expect(await renew(await make('broker'))).toEqual(
      refused(
        500,
        '1 error occurred:\n\t* failed to renew entry: client identity during renewal not matching client identity used during login\n\n',
      ),
    );
    await fixture.vault.role('cert', 'ca', { token_policies: 'other' });
    expect(await renew(pair)).toEqual(
      refused(500, '1 error occurred:\n\t* failed to renew entry: policies have changed, not renewing\n\n'),
    );
    await fixture.vault.request('delete', 'auth/cert/certs/ca');
    expect((await renew(pair)).status).toBe(204);
  });
});

describe('a role', () => {
  test('is shown, listed and refused as Vault does', async () => {
    const { fixture, pinned } = await start();
    const shown = await fixture.vault.request('read', 'auth/cert/certs/pinned');
    expect(shown.body?.['data']).toMatchObject({
      certificate: pinned.certificate,
      display_name: 'pinned',
      allowed_dns_sans: ['*.clients'],
      allowed_names: null,
      token_ttl: 600,
    });
    const listed = await fixture.vault.request('list', 'auth/cert/certs');
    expect(listed.body?.['data']).toEqual({ keys: ['ca', 'pinned'] });
    const server = await makeClientCertificate({
      commonName: 'x',
      now: fixture.clock.now(),
      usage: 'serverAuth',
    });
    const write = (certificate: string) =>
      fixture.vault.request('update', 'auth/cert/certs/bad', { certificate });
    expect(await write('x')).toMatchObject(refused(400, 'failed to parse certificate'));
    expect(await write(server.certificate)).toMatchObject(
      refused(400, 'nonCA certificates should have TLS client authentication set as an extended key usage'),
    );
    expect((await fixture.vault.request('read', 'auth/cert/certs/bad')).status).toBe(404);
  });
});
