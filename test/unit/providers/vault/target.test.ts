import { describe, expect, test } from '@jest/globals';
import type { PlanSource, VaultStorePlan } from '../../../../lib/plan.ts';
import type { MountTable } from '../../../../providers/vault/mount-table.ts';
import { resolveTarget } from '../../../../providers/vault/target.ts';

const mounts: MountTable = [
  { path: ['kv'], type: 'kv', kvVersion: 2 },
  ...['database', 'pki', 'ssh', 'kubernetes', 'transit', 'transform', 'totp', 'identity', 'aws'].map(
    (type) => ({
      path: [type],
      type,
    }),
  ),
];

const store: VaultStorePlan = {
  type: 'vault',
  server: 'https://vault.test',
  allowHttp: false,
  path: 'kv',
  kvVersion: 'v2',
  auth: { method: 'kubernetes', mountPath: 'kubernetes', role: 'app', token: 'vault' },
};

const target = (key: string, over: Partial<PlanSource> = {}, table = mounts): string => {
  const resolved = resolveTarget({ store: 0, intervalSeconds: 60, key, ...over }, store, table);
  if (!resolved.ok) return `${resolved.error.code}: ${resolved.error.message}`;
  if (resolved.value.kind === 'secret') return `read ${resolved.value.url}`;
  const { request, url } = resolved.value;
  return `${request.method} ${url}${request.body === undefined ? '' : ` ${JSON.stringify(request.body)}`}`;
};

const parameters = [
  { name: 'common_name', value: 'api.payments.svc' },
  { name: 'ttl', value: '24h' },
];
const body = '{"common_name":"api.payments.svc","ttl":"24h"}';

describe('what is asked of an engine', () => {
  test.each([
    ['/database/creds/readonly', 'read database/creds/readonly'],
    ['/database/static-creds/app', 'read database/static-creds/app'],
    ['/aws/creds/deploy', 'read aws/creds/deploy'],
    ['/totp/code/app', 'read totp/code/app'],
    ['/pki/cert/ca', 'read pki/cert/ca'],
    ['/pki/issue/web', 'write pki/issue/web {}'],
    ['/pki/sign/web', 'write pki/sign/web {}'],
    ['/pki/sign-verbatim', 'write pki/sign-verbatim {}'],
    ['/pki/sign-verbatim/web', 'write pki/sign-verbatim/web {}'],
    ['/pki/issuer/default/issue/web', 'write pki/issuer/default/issue/web {}'],
    ['/pki/issuers/issue/web', 'read pki/issuers/issue/web'],
    ['/ssh/sign/app', 'write ssh/sign/app {}'],
    ['/ssh/creds/app', 'write ssh/creds/app {}'],
    ['/ssh/config/ca', 'read ssh/config/ca'],
    ['/kubernetes/creds/app', 'write kubernetes/creds/app {}'],
    ['/transit/export/encryption-key/app', 'read transit/export/encryption-key/app'],
    ['/database/creds/a b', 'read database/creds/a%20b'],
    ['database/creds/readonly', 'read database/creds/readonly'],
  ])('%s', (key, expected) => {
    expect(target(key)).toBe(expected);
  });

  test.each([
    ['/pki/issue/web', `write pki/issue/web ${body}`],
    ['/aws/sts/deploy', `write aws/sts/deploy ${body}`],
    ['/database/creds/readonly', `write database/creds/readonly ${body}`],
    ['/hidden/issue/web', `write hidden/issue/web ${body}`],
  ])('%s with parameters', (key, expected) => {
    expect(target(key, { parameters })).toBe(expected);
  });

  test('with parameters of any name', () => {
    expect(target('/pki/issue/web', { parameters: [{ name: '__proto__', value: 'x' }] })).toBe(
      'write pki/issue/web {"__proto__":"x"}',
    );
  });

  test('a mount that nobody sees, as it is written', () => {
    expect(target('/hidden/creds/app')).toBe('read hidden/creds/app');
    expect(target('/database/creds/app', {}, [])).toBe('read database/creds/app');
  });
});

describe('what is refused', () => {
  test.each<[string, Partial<PlanSource>, string]>([
    ['/identity/entity/x', {}, "mount identity/ is of type identity: it keeps no secrets of an app's"],
    [
      '/transit/keys/app',
      {},
      'mount transit/ is of type transit: it works on data that it is sent, and keeps no secrets to read but keys below export/',
    ],
    [
      '/transit/encrypt/app',
      { parameters },
      'mount transit/ is of type transit: it works on data that it is sent, and keeps no secrets to read but keys below export/',
    ],
    [
      '/transform/encode/app',
      {},
      'mount transform/ is of type transform: it works on data that it is sent, and keeps no secrets to read',
    ],
    ['/auth/token/create', { parameters }, "auth/ is Vault's own: it keeps no secrets of an app's"],
    ['/sys/health', {}, "sys/ is Vault's own: it keeps no secrets of an app's"],
    ['/cubbyhole/x', {}, "cubbyhole/ is Vault's own: it keeps no secrets of an app's"],
    [
      '/database/creds/app',
      { version: '3' },
      '"database/creds/app" has no versions; the ref asks for version "3"',
    ],
    ['payments/db', { stage: 'AWSCURRENT' }, 'Vault has no stages; the ref asks for stage "AWSCURRENT"'],
    [
      'payments/db',
      { parameters },
      'kv/ is a key-value engine, which takes no parameters; the ref has parameter.common_name',
    ],
    ['/pki/issue/\ud800', {}, 'the key "/pki/issue/\\ud800" cannot be part of a URL'],
  ])('%s %j', (key, over, message) => {
    expect(target(key, over)).toBe(`invalid: ${message}`);
  });

  test('parameters below a store path that nobody sees, with a way out', () => {
    expect(target('issue/web', { parameters }, [])).toBe(
      'invalid: kv/ is a key-value engine, which takes no parameters; the ref has parameter.common_name; the token cannot see what kv/ is: with a leading "/" a path of another engine is used as it is written',
    );
  });
});

describe('requests', () => {
  const id = (key: string, over: Partial<PlanSource> = {}) => {
    const resolved = resolveTarget({ store: 0, intervalSeconds: 60, key, ...over }, store, mounts);
    return resolved.ok ? resolved.value.id : undefined;
  };

  test('that differ in parameters alone are told apart', () => {
    const ids = [id('/pki/issue/web'), id('/pki/issue/web', { parameters }), id('/pki/issue/api')];
    expect(new Set(ids).size).toBe(3);
  });

  test('of an engine that takes a key from the store say so', () => {
    const taken = (key: string) => {
      const resolved = resolveTarget({ store: 0, intervalSeconds: 60, key }, store, mounts);
      return resolved.ok && resolved.value.takenAsFull !== undefined;
    };
    expect([taken('database/creds/x'), taken('/database/creds/x'), taken('payments/db')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
