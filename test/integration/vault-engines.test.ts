import { createPublicKey, X509Certificate } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Lease, ReadOutcome } from '../../providers/provider.ts';
import { startGame } from './vault-harness.ts';

const named = 'pki/issue/web?parameter.common_name=api.payments.svc';

const fields = (outcome: ReadOutcome | undefined): Record<string, unknown> => {
  if (outcome?.ok !== true) throw new Error(outcome?.error.message ?? 'no outcome');
  return JSON.parse(outcome.value.bytes.reveal().toString()) as Record<string, unknown>;
};

const leaseOf = (outcome: ReadOutcome | undefined): Lease | undefined =>
  outcome?.ok === true ? outcome.value.lease : undefined;

describe('a database credential', () => {
  test('is read at a full path, with a warning once unless the key begins with a slash', async () => {
    const { vault, open } = await startGame();
    const { read, logs, records } = await open();
    const [first] = await read('database/creds/readonly');
    const [second, third] = await read('database/creds/readonly', '/database/creds/readonly');
    const users = [first, second, third].map((outcome) => fields(outcome)['username']);
    expect(new Set(users).size).toBe(3);
    expect(logs.filter(([, sentence]) => /full path/.test(String(sentence)))).toEqual([
      [
        { key: 'database/creds/readonly', mount: 'database/', type: 'database' },
        'the key begins with a mount that is not key-value, so it is read as a full path; a leading "/" says so',
      ],
    ]);
    expect(vault.requests.counters()).toEqual({
      'GET database/creds/readonly 200': 3,
      'GET sys/internal/ui/mounts 200': 1,
      'POST auth/kubernetes/login 200': 1,
    });
    expect(records.sort()).toEqual(['issue ok', 'issue ok', 'issue ok', 'login ok', 'mounts ok']);
  });

  test('has a lease that ends with the login', async () => {
    const { vault, clock, open } = await startGame();
    const { read, provider } = await open();
    const lease = leaseOf((await read('/database/creds/readonly'))[0]);
    expect(lease).toEqual({
      id: vault.liveLeases()[0]?.id,
      durationSeconds: 3600,
      renewable: true,
      expiresAt: clock.now() + 3_600_000,
      login: provider.login,
    });
    expect(provider.login).toMatch(/^[0-9a-f]{32}$/);
  });

  test('below a static role has none, and is read again', async () => {
    const { clock, open } = await startGame();
    const { read } = await open();
    const [first] = await read('/database/static-creds/app');
    expect(leaseOf(first)).toBeUndefined();
    await clock.advance(3_600_000);
    const [second] = await read('/database/static-creds/app');
    expect(fields(second)).toMatchObject({ username: 'app', ttl: 3600 });
    expect(fields(second)['password']).not.toBe(fields(first)['password']);
  });
});

describe('a certificate', () => {
  test('comes with its key and its chain, and a life without a login', async () => {
    const { vault, clock, open } = await startGame();
    const { read } = await open();
    const [outcome] = await read(`${named}&parameter.ttl=1h&parameter.alt_names=web.payments.svc`);
    const { certificate, private_key: key, issuing_ca: authority, ca_chain: chain } = fields(outcome);
    const leaf = new X509Certificate(String(certificate));
    expect(leaf.subject).toBe('CN=api.payments.svc');
    expect(leaf.subjectAltName).toBe('DNS:api.payments.svc, DNS:web.payments.svc');
    expect(leaf.verify(new X509Certificate(String(authority)).publicKey)).toBe(true);
    expect(leaf.publicKey.equals(createPublicKey(String(key)))).toBe(true);
    expect(chain).toEqual([authority]);
    expect(leaseOf(outcome)).toEqual({
      id: '',
      durationSeconds: 3600,
      renewable: false,
      expiresAt: clock.now() + 3_600_000,
    });
    expect(vault.requests.counters()).toMatchObject({ 'POST pki/issue/web 200': 1 });
  });

  test('of a role with leases has one that cannot be renewed', async () => {
    const { vault, open } = await startGame();
    const { read, provider } = await open();
    const [outcome] = await read('/pki/issue/leased?parameter.common_name=x');
    expect(leaseOf(outcome)).toMatchObject({
      id: vault.liveLeases()[0]?.id,
      durationSeconds: 3600,
      renewable: false,
      login: provider.login,
    });
  });
});

test('what cannot be had says what to set', async () => {
  const { vault, open } = await startGame();
  await vault.mount('transit', { type: 'transit' });
  await vault.policy('app', 'path "*" { capabilities = ["read", "update"] }');
  const { lines } = await open();
  expect(
    await lines(
      '/database/creds/gone',
      '/database/creds/readonly?parameter.ttl=1h',
      '/pki/issue/web',
      '/pki/issue/none?parameter.common_name=x',
      '/pki/issue/web?parameter.common_name=api.other.svc',
      `/${named}&parameter.ip_sans=10.0.0`,
      `/${named}&parameter.ttl=soon`,
      '/transit/keys/app',
      '/database/other/x',
      'payments/db?parameter.ttl=1h',
      '/sys/mounts',
    ),
  ).toEqual([
    'invalid: there is no such role: "creds/gone" in database/',
    'invalid: "creds/readonly" in database/ is read, and takes no parameters: leave them out of the ref (HTTP 405)',
    'invalid: "issue/web" in pki/ needs the name that the certificate is for: add ?parameter.common_name=<name> to the ref',
    'invalid: there is no such role: "issue/none" in pki/',
    'invalid: the role of "issue/web" in pki/ does not allow a name that the ref asks for: change ?parameter.common_name=<name> (or alt_names, ip_sans, uri_sans), or what the role allows',
    'invalid: Vault refused "issue/web" in pki/ (HTTP 400): check that the role exists, and that it allows parameter.common_name, parameter.ip_sans as the ref sets them',
    'invalid: "issue/web" in pki/ cannot read the value of a parameter: check each ?parameter.<name>=<value> of the ref',
    'invalid: mount transit/ is of type transit: it works on data that it is sent, and keeps no secrets to read but keys below export/',
    'not_found: "other/x" in database/ does not exist ("database/other/x")',
    'invalid: kv/ is a key-value engine, which takes no parameters; the ref has parameter.ttl',
    "invalid: mount sys/ is of type system: it keeps no secrets of an app's",
  ]);
  expect(vault.liveLeases()).toEqual([]);
});

test('a policy that denies names the path and what it has to allow', async () => {
  const { vault, open } = await startGame();
  await vault.policy('app', 'path "pki/issue/other" { capabilities = ["update"] }');
  expect(await (await open()).lines(`/${named}`, '/pki/cert/ca')).toEqual([
    'denied: Vault denied writing to "issue/web" in pki/: a policy of role "app" must allow "update" on "pki/issue/web" with common_name',
    'denied: Vault denied reading "cert/ca" in pki/: a policy of role "app" must allow "read" on "pki/cert/ca"',
  ]);
});

describe('where the mount table cannot be seen', () => {
  const hide = async () => {
    const game = await startGame();
    game.vault.faults.add({
      kind: 'status',
      status: 403,
      errors: ['hidden'],
      path: 'sys/internal/ui/mounts',
    });
    return game;
  };

  test('a leading slash has a path used as it is written, and the answer says what it is', async () => {
    const { vault, open } = await hide();
    const { read, lines } = await open();
    const [credential, certificate] = await read('/database/creds/readonly', `/${named}`);
    expect(leaseOf(credential)).toMatchObject({ id: vault.liveLeases()[0]?.id, durationSeconds: 3600 });
    expect(leaseOf(certificate)).toMatchObject({ id: '', durationSeconds: 86_400 });
    expect(await lines('/old/payments/db')).toEqual([expect.stringMatching(/^\{"user":"old"/)]);
  });

  test('a key without one is below the store path, and nothing is tried twice', async () => {
    const { vault, open } = await hide();
    await vault.policy('app', 'path "*" { capabilities = ["read"] }');
    expect(await (await open()).lines('database/creds/readonly', '/secret/db')).toEqual([
      'not_found: "database/creds/readonly" in kv/ does not exist ("kv/data/database/creds/readonly"); the token cannot see what kv/ is, so it was taken for KV version 2, as the store says',
      'not_found: "db" in secret/ does not exist ("secret/db"); the token cannot see what secret/ is, so the path was used as it is written (a secret of KV version 2 has "data" behind its mount)',
    ]);
    expect(vault.requests.count({ path: 'database/*' })).toBe(0);
    expect(vault.requests.count({ path: 'secret/*' })).toBe(1);
  });
});
