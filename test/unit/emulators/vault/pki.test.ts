import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { dataOf, errorsOf, startFixture } from './fixture.ts';
import type { VaultSetup } from '../../../emulators/vault/setup.ts';

const setup: VaultSetup = {
  mounts: {
    pki: {
      type: 'pki',
      roles: {
        web: {
          allowed_domains: 'payments.svc',
          allow_subdomains: true,
          ttl: '24h',
          max_ttl: '72h',
        },
        bare: { allowed_domains: ['payments.svc'], allow_bare_domains: true, allow_ip_sans: false },
        any: { allow_any_name: true, require_cn: false, allow_wildcard_certificates: false },
        leased: { allow_any_name: true, generate_lease: true, ttl: '1h' },
        rsa: { allow_any_name: true, key_type: 'rsa' },
      },
    },
  },
};

const start = async () => {
  const fixture = await startFixture({ setup });
  const { vault, call } = fixture;
  const issue = (role: string, body: Record<string, unknown>) =>
    call('POST', `pki/issue/${role}`, { token: vault.rootToken, body });
  return { ...fixture, issue, root: { token: vault.rootToken } };
};

describe('a certificate', () => {
  test('is real: signed by the engine, for the key that comes with it', async () => {
    const { issue, clock } = await start();
    const reply = await issue('web', {
      common_name: 'api.payments.svc',
      alt_names: 'web.payments.svc,api.payments.svc',
      ip_sans: '10.0.0.1',
      ttl: '1h',
    });
    expect(reply.body).toMatchObject({ lease_id: '', lease_duration: 0, renewable: false, warnings: null });
    const data = dataOf(reply);
    expect(Object.keys(data).sort()).toEqual([
      'ca_chain',
      'certificate',
      'expiration',
      'issuing_ca',
      'not_before',
      'private_key',
      'private_key_type',
      'serial_number',
    ]);
    const leaf = new X509Certificate(String(data['certificate']));
    const authority = new X509Certificate(String(data['issuing_ca']));
    const seconds = Math.floor(clock.now() / 1000);
    expect(leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect([authority.ca, leaf.ca]).toEqual([true, false]);
    expect(leaf.publicKey.equals(createPublicKey(String(data['private_key'])))).toBe(true);
    expect(leaf.subjectAltName).toBe('DNS:api.payments.svc, DNS:web.payments.svc, IP Address:10.0.0.1');
    expect([data['expiration'], data['not_before']]).toEqual([seconds + 3600, seconds - 30]);
    expect(leaf.validToDate.getTime() / 1000).toBe(seconds + 3600);
    expect(leaf.validFromDate.getTime() / 1000).toBe(seconds - 30);
    expect(data['ca_chain']).toEqual([data['issuing_ca']]);
    expect(data['serial_number']).toBe(leaf.serialNumber.toLowerCase().replace(/..(?=.)/g, '$&:'));
    expect(data['private_key_type']).toBe('ec');
    expect(String(data['private_key'])).toMatch(
      /^-----BEGIN EC PRIVATE KEY-----[^]+-----END EC PRIVATE KEY-----$/,
    );
  });

  test('has a key in the format that is asked for', async () => {
    const { issue } = await start();
    const reply = await issue('any', { common_name: 'x', private_key_format: 'pkcs8' });
    expect(dataOf(reply)['private_key']).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  });

  test('lives as long as is asked for, else as the role says, never longer than its longest', async () => {
    const { issue, clock } = await start();
    const seconds = Math.floor(clock.now() / 1000);
    const plain = await issue('web', { common_name: 'a.payments.svc' });
    expect(dataOf(plain)['expiration']).toBe(seconds + 24 * 3600);
    const long = await issue('web', { common_name: 'a.payments.svc', ttl: '900h' });
    expect(dataOf(long)['expiration']).toBe(seconds + 72 * 3600);
    expect(long.body?.['warnings']).toEqual([
      'TTL "900h0m0s" is longer than permitted maxTTL "72h0m0s", so maxTTL is being used',
    ]);
  });

  test('with a lease ends with it; it cannot be renewed', async () => {
    const { issue, call, root, vault } = await start();
    const reply = await issue('leased', { common_name: 'x' });
    expect(reply.body).toMatchObject({
      lease_id: expect.stringMatching(/^pki\/issue\/leased\//),
      lease_duration: 3600,
      renewable: false,
    });
    expect(vault.liveLeases()).toHaveLength(1);
    const renewal = await call('POST', 'sys/leases/renew', {
      ...root,
      body: { lease_id: reply.body?.['lease_id'] },
    });
    expect([renewal.status, errorsOf(renewal)]).toEqual([400, ['lease is not renewable']]);
  });

  test('may come from the default issuer by its own path', async () => {
    const { call, root } = await start();
    const body = { common_name: 'a.payments.svc' };
    expect((await call('POST', 'pki/issuer/default/issue/web', { ...root, body })).status).toBe(200);
  });
});

describe('names', () => {
  test.each<[string, Record<string, unknown>]>([
    ['web', { common_name: 'a.payments.svc' }],
    ['web', { common_name: 'A.b.Payments.svc' }],
    ['web', { common_name: '*.payments.svc' }],
    ['web', { common_name: 'localhost' }],
    ['bare', { common_name: 'payments.svc' }],
    ['any', { common_name: 'anything' }],
    ['any', {}],
  ])('%s allows %j', async (role, body) => {
    const { issue } = await start();
    expect((await issue(role, body)).status).toBe(200);
  });

  const required =
    'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false';
  test.each<[string, Record<string, unknown>, string]>([
    ['web', {}, required],
    ['web', { common_name: 'payments.svc' }, 'common name payments.svc not allowed by this role'],
    ['web', { common_name: 'a.other.svc' }, 'common name a.other.svc not allowed by this role'],
    ['web', { common_name: 'xpayments.svc' }, 'common name xpayments.svc not allowed by this role'],
    ['web', { common_name: 'a b.payments.svc' }, 'common name a b.payments.svc not allowed by this role'],
    [
      'web',
      { common_name: 'a.payments.svc', alt_names: 'b.payments.svc,x.other.svc' },
      'subject alternate name x.other.svc not allowed by this role',
    ],
    [
      'web',
      { common_name: 'a.payments.svc', ip_sans: '10.0.0' },
      'the value "10.0.0" is not a valid IP address',
    ],
    [
      'web',
      { common_name: 'a.payments.svc', ttl: 'soon' },
      'Field validation failed: error converting input for field "ttl"',
    ],
    ['bare', { common_name: 'a.payments.svc' }, 'common name a.payments.svc not allowed by this role'],
    [
      'bare',
      { common_name: 'payments.svc', ip_sans: '10.0.0.1' },
      'IP Subject Alternative Names are not allowed in this role, but was provided via the API',
    ],
    ['any', { common_name: '*.x' }, 'common name *.x not allowed by this role'],
    ['none', { common_name: 'x' }, 'unknown role: none'],
    ['rsa', { common_name: 'x' }, "this stand-in issues keys of its certificate authority's type alone: ec"],
  ])('%s refuses %j', async (role, body, sentence) => {
    const { issue } = await start();
    const reply = await issue(role, body);
    expect([reply.status, errorsOf(reply)]).toEqual([400, [sentence]]);
  });
});

describe('the engine', () => {
  test('issues to those who write, and to nobody who reads', async () => {
    const { call, root } = await start();
    expect((await call('GET', 'pki/issue/web', root)).status).toBe(405);
    expect((await call('GET', 'pki/issue/web?common_name=a.payments.svc', root)).status).toBe(405);
    expect((await call('POST', 'pki/elsewhere', { ...root, body: {} })).status).toBe(404);
  });

  test('shows its certificate authority and its roles', async () => {
    const { call, root, issue } = await start();
    const authority = dataOf(await call('GET', 'pki/cert/ca', root))['certificate'];
    expect(dataOf(await issue('any', { common_name: 'x' }))['issuing_ca']).toBe(authority);
    expect(dataOf(await call('GET', 'pki/roles/web', root))).toMatchObject({ ttl: 86_400, max_ttl: 259_200 });
    expect(dataOf(await call('GET', 'pki/roles?list=true', root))['keys']).toEqual([
      'any',
      'bare',
      'leased',
      'rsa',
      'web',
    ]);
    await call('DELETE', 'pki/roles/web', root);
    expect((await call('GET', 'pki/roles/web', root)).status).toBe(404);
  });

  test('issues nothing without an authority, and nothing that outlives it', async () => {
    const { call, root } = await start();
    await call('POST', 'sys/mounts/second', { ...root, body: { type: 'pki' } });
    await call('POST', 'second/roles/any', { ...root, body: { allow_any_name: true } });
    const body = { common_name: 'x' };
    const without = await call('POST', 'second/issue/any', { ...root, body });
    expect([without.status, errorsOf(without)]).toEqual([
      500,
      [
        '1 error occurred:\n\t* could not fetch the CA certificate (was one set?): no default issuer currently configured\n\n',
      ],
    ]);
    await call('POST', 'second/root/generate/internal', {
      ...root,
      body: { ...body, ttl: '1h', key_type: 'ec' },
    });
    const beyond = await call('POST', 'second/issue/any', { ...root, body });
    expect([beyond.status, errorsOf(beyond)]).toEqual([
      400,
      [
        'cannot satisfy request, as TTL would result in notAfter of 2026-02-02T00:00:00Z that is beyond the expiration of the CA certificate at 2026-01-01T01:00:00Z',
      ],
    ]);
    expect((await call('POST', 'second/issue/any', { ...root, body: { ...body, ttl: '1h' } })).status).toBe(
      200,
    );
  });

  test('makes RSA keys where its authority has one', async () => {
    const { call, root } = await start();
    await call('POST', 'pki/root/generate/internal', { ...root, body: { common_name: 'second' } });
    const reply = await call('POST', 'pki/issue/rsa', { ...root, body: { common_name: 'x' } });
    const data = dataOf(reply);
    expect(data['private_key_type']).toBe('rsa');
    expect(data['private_key']).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    const authority = new X509Certificate(String(data['issuing_ca']));
    expect(new X509Certificate(String(data['certificate'])).verify(authority.publicKey)).toBe(true);
  });

  test.each([
    [{ key_type: 'dsa' }, 'unsupported key type: dsa'],
    [{ ttl: '2h', max_ttl: '1h' }, '"ttl" value must be less than "max_ttl" value'],
    [{ ttl: 'soon' }, 'Field validation failed: error converting input for field "ttl"'],
  ])('refuses the role %j', async (body, sentence) => {
    const { call, root } = await start();
    const reply = await call('POST', 'pki/roles/new', { ...root, body });
    expect([reply.status, errorsOf(reply)]).toEqual([400, [sentence]]);
  });
});
