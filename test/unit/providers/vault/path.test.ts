import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { MountTable } from '../../../../providers/vault/mount-table.ts';
import {
  apiPath,
  encodePath,
  resolveKey,
  showMount,
  type PathRules,
} from '../../../../providers/vault/path.ts';

const mounts: MountTable = [
  { path: ['kv'], type: 'kv', kvVersion: 2 },
  { path: ['old'], type: 'kv', kvVersion: 1 },
  { path: ['team-a', 'kv'], type: 'kv', kvVersion: 2 },
  { path: ['database'], type: 'database' },
  { path: ['cloud', 'aws'], type: 'aws' },
  { path: ['identity'], type: 'identity' },
  { path: ['cubbyhole'], type: 'cubbyhole' },
  { path: ['sys'], type: 'system' },
];

const readPath = (key: string, rules: Partial<PathRules> = {}): string => {
  const resolved = resolveKey(key, { storePath: 'kv', kvVersion: 'v2', mounts, ...rules });
  if (!resolved.ok) return `${resolved.error.code}: ${resolved.error.message}`;
  const path = resolved.value;
  if (path.kind === 'engine')
    return `${path.takenAsFull ? 'warning, ' : ''}${path.type ?? 'unseen'} at ${showMount(path.mount)}: ${apiPath(path).join('/')}`;
  return apiPath(path).join('/');
};

describe('with the mount table', () => {
  test.each<[string, string, string]>([
    // store path, key, what is read
    ['kv', 'payments/db', 'kv/data/payments/db'],
    ['kv', 'db', 'kv/data/db'],
    ['kv', 'kv/payments/db', 'kv/data/payments/db'],
    ['kv', 'kv/data/payments/db', 'kv/data/payments/db'],
    ['kv', 'data/payments/db', 'kv/data/data/payments/db'],
    ['kv', 'kv/data', 'kv/data/data'],
    ['kv', '/kv/payments/db', 'kv/data/payments/db'],
    ['kv', '/kv/data/payments/db', 'kv/data/payments/db'],
    ['kv', '/kv/data/data/payments', 'kv/data/data/payments'],
    ['kv', '/kv/kv/payments', 'kv/data/kv/payments'],
    ['kv', '/old/app', 'old/app'],
    ['kv', '/old/data/app', 'old/data/app'],
    ['kv', '/team-a/kv/app', 'team-a/kv/data/app'],
    ['kv', 'old/app', 'kv/data/old/app'],
    ['kv', 'kvx/app', 'kv/data/kvx/app'],
    ['kv', 'identity/db', 'kv/data/identity/db'],
    ['kv', 'sys/db', 'kv/data/sys/db'],
    ['kv', 'cloud/db', 'kv/data/cloud/db'],
    ['/kv/', 'payments/db', 'kv/data/payments/db'],
    ['kv/data', 'payments/db', 'kv/data/payments/db'],
    ['kv/team-a', 'db', 'kv/data/team-a/db'],
    ['kv/team-a', 'kv/team-a/db', 'kv/data/team-a/db'],
    ['kv/team-a', 'data/db', 'kv/data/team-a/data/db'],
    ['kv/data/team-a', 'db', 'kv/data/team-a/db'],
    ['team-a', 'kv/db', 'team-a/kv/data/db'],
    ['team-a/kv', 'db', 'team-a/kv/data/db'],
    ['old', 'app/one', 'old/app/one'],
    ['old', 'data/app', 'old/data/app'],
    ['', 'kv/payments/db', 'kv/data/payments/db'],
    ['', 'kv/data/payments/db', 'kv/data/payments/db'],
    ['', 'old/app', 'old/app'],
    ['kv', 'a b/ü/%2F', 'kv/data/a b/ü/%2F'],
    ['kv', 'constructor', 'kv/data/constructor'],
  ])('path %j, key %j: %s', (storePath, key, expected) => {
    expect(readPath(key, { storePath })).toBe(expected);
  });

  test.each([
    ['kv', 'database/creds/readonly', 'warning, database at database/: database/creds/readonly'],
    ['kv', '/database/creds/readonly', 'database at database/: database/creds/readonly'],
    ['', 'database/creds/readonly', 'database at database/: database/creds/readonly'],
    ['database', 'creds/readonly', 'database at database/: database/creds/readonly'],
    ['database/creds', 'readonly', 'database at database/: database/creds/readonly'],
    ['kv', 'cloud/aws/creds/x', 'warning, aws at cloud/aws/: cloud/aws/creds/x'],
    ['kv', '/database/data/x', 'database at database/: database/data/x'],
    ['kv', '/identity/entity', 'identity at identity/: identity/entity'],
    ['kv', '/database', 'invalid: the key "/database" names the mount database/, not a secret in it'],
    ['kv', 'database', 'invalid: the key "database" names the mount database/, not a secret in it'],
    ['kv', '/kv', 'invalid: the key "/kv" names the mount kv/, not a secret in it'],
    ['', 'kv', 'invalid: the key "kv" names the mount kv/, not a secret in it'],
    ['kv', '', 'invalid: the key "" has an empty segment'],
    ['kv', '/', 'invalid: the key "/" has an empty segment'],
    ['kv', 'a//b', 'invalid: the key "a//b" has an empty segment'],
    ['kv', 'a/', 'invalid: the key "a/" has an empty segment'],
    ['kv', 'a/../b', 'invalid: the key "a/../b" has the segment ".."'],
    ['kv', './b', 'invalid: the key "./b" has the segment "."'],
  ])('path %j, key %j: %s', (storePath, key, expected) => {
    expect(readPath(key, { storePath })).toBe(expected);
  });
});

describe('where the table does not show the mount, the store decides', () => {
  test.each<[string, 'v1' | 'v2', string, string]>([
    ['kv', 'v2', 'payments/db', 'kv/data/payments/db'],
    ['kv', 'v2', 'kv/payments/db', 'kv/data/payments/db'],
    ['kv', 'v2', 'kv/data/payments/db', 'kv/data/payments/db'],
    ['kv', 'v1', 'payments/db', 'kv/payments/db'],
    ['kv', 'v1', 'kv/data/db', 'kv/data/db'],
    ['org/team-a/kv', 'v2', 'db', 'org/team-a/kv/data/db'],
    ['kv', 'v2', 'database/creds/x', 'kv/data/database/creds/x'],
    ['kv', 'v2', '/secret/db', 'unseen at secret/: secret/db'],
    ['kv', 'v1', '/secret/db', 'unseen at secret/: secret/db'],
    ['kv', 'v2', '/database/creds/x', 'unseen at database/: database/creds/x'],
    ['', 'v2', '/database/creds/x', 'unseen at database/: database/creds/x'],
    ['', 'v2', 'database/creds/x', 'database/data/creds/x'],
    ['kv', 'v2', '/kv/db', 'kv/data/db'],
    ['kv', 'v1', '/kv/db', 'kv/db'],
    ['kv', 'v2', '/secret', 'invalid: the key "/secret" names the mount secret/, not a secret in it'],
    ['', 'v2', 'secret', 'invalid: the key "secret" names the mount secret/, not a secret in it'],
    ['kv', 'v2', '/org/secret/data/db', 'org/secret/data/db'],
    ['kv', 'v2', '/kv/data/db', 'kv/data/db'],
    ['', 'v2', 'secret/db', 'secret/data/db'],
    ['', 'v2', 'org/secret/data/db', 'org/secret/data/db'],
    ['', 'v2', 'secret/data', 'secret/data/data'],
    ['', 'v2', 'data/x', 'data/data/x'],
    ['', 'v2', 'secret/team/data', 'secret/data/team/data'],
    ['', 'v1', 'secret/data/db', 'secret/data/db'],
  ])('path %j, %s, key %j: %s', (storePath, kvVersion, key, expected) => {
    expect(readPath(key, { storePath, kvVersion, mounts: [] })).toBe(expected);
  });

  test.each<[string, string, string]>([
    ['', 'pki/issue/web', 'unseen at pki/: pki/issue/web'],
    ['kv', '/pki/issue/web', 'unseen at pki/: pki/issue/web'],
    ['kv', 'pki/issue/web', 'kv/data/pki/issue/web'],
    ['pki', 'issue/web', 'pki/data/issue/web'],
    ['', 'secret/data/db', 'secret/data/db'],
  ])('path %j, key %j with parameters: %s', (storePath, key, expected) => {
    expect(readPath(key, { storePath, mounts: [], hasParameters: true })).toBe(expected);
  });

  test('and the result says so', () => {
    const rules = { storePath: 'kv', kvVersion: 'v2', mounts: [] } as const;
    expect(resolveKey('db', rules)).toMatchObject({ ok: true, value: { seen: false } });
    expect(resolveKey('db', { ...rules, mounts })).toMatchObject({ ok: true, value: { seen: true } });
  });
});

const segment = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .filter((text) => !text.includes('/') && text !== '.' && text !== '..');

describe('encoding', () => {
  test.each([
    [['a b', 'ü', '%', '?', '#', '&', '+'], 'a%20b/%C3%BC/%25/%3F/%23/%26/%2B'],
    [['%2e%2e', 'x'], '%252e%252e/x'],
    [['..', 'x'], undefined],
    [['.', 'x'], undefined],
    [['', 'x'], undefined],
    [['\ud800'], undefined],
  ])('%j', (segments, expected) => {
    expect(encodePath(segments)).toBe(expected);
  });

  test('no segment can end the path, add to it, or climb out of it', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        const encoded = encodePath(segments);
        const url = new URL(`https://store.test/v1/${encoded ?? ''}`);
        expect(url.pathname.split('/').slice(2).map(decodeURIComponent)).toEqual(segments);
        expect([url.search, url.hash]).toEqual(['', '']);
      }),
    );
  });

  test('a key below a KV v2 mount is always read below its data', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        fc.pre(!['kv', 'database', 'cloud'].includes(segments[0]!));
        expect(readPath(segments.join('/'))).toBe(`kv/data/${segments.join('/')}`);
        expect(readPath(`/kv/data/${segments.join('/')}`)).toBe(`kv/data/${segments.join('/')}`);
      }),
    );
  });
});
