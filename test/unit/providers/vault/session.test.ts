import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { VaultStorePlan } from '../../../../lib/plan.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { decodeSession, encodeSession } from '../../../../providers/vault/session.ts';
import type { VaultToken } from '../../../../providers/vault/token.ts';

const store: VaultStorePlan = {
  type: 'vault',
  server: 'https://vault.test:8200',
  allowHttp: false,
  path: 'kv',
  kvVersion: 'v2',
  auth: { method: 'kubernetes', mountPath: 'kubernetes', role: 'app', token: 'vault' },
};

const token: VaultToken = {
  secret: new Redacted('hvs.canary'),
  expiresAt: 900_000,
  renewAt: 600_000,
  replaceAt: null,
  fullLife: 900_000,
  uses: null,
};

const text = encodeSession(store, token, 1_000)!;

describe('a session', () => {
  test('gives the token back, to the same login alone', () => {
    const decoded = decodeSession(store, text, 2_000);
    expect(decoded).toEqual(token);
    expect(decoded?.secret.reveal()).toBe('hvs.canary');
    expect(inspect(decoded)).not.toContain('canary');
  });

  test('survives settings that do not concern the login', () => {
    expect(decodeSession({ ...store, path: 'other', kvVersion: 'v1' }, text, 2_000)).toEqual(token);
  });

  test.each<[string, VaultStorePlan]>([
    ['another server', { ...store, server: 'https://other.test' }],
    ['another namespace', { ...store, namespace: 'team' }],
    ['another namespace of the login', { ...store, auth: { ...store.auth, namespace: 'team' } }],
    ['another method', { ...store, auth: { ...store.auth, method: 'jwt' } }],
    ['another mount', { ...store, auth: { ...store.auth, mountPath: 'k8s' } }],
    ['another role', { ...store, auth: { ...store.auth, role: 'admin' } }],
    ['another pod token', { ...store, auth: { ...store.auth, token: 'sts' } }],
  ])('is not that of %s', (_name, other) => {
    expect(decodeSession(other, text, 2_000)).toBeUndefined();
  });

  test.each([
    ['none', undefined],
    ['empty', ''],
    ['cut short', text.slice(0, -3)],
    ['not an object', '[]'],
    ['another version', text.replace('"version":1', '"version":2')],
    ['a key more', text.replace('{', '{"more":1,')],
    ['no token', text.replace('hvs.canary', '')],
    ['a date that is none', text.replace('"expiresAt":900000', '"expiresAt":"never"')],
  ])('that is %s is ignored', (_name, broken) => {
    expect(decodeSession(store, broken, 2_000)).toBeUndefined();
  });

  test('that has lapsed, or was saved later than now, is ignored', () => {
    expect(decodeSession(store, text, 895_000)).toBeUndefined();
    expect(decodeSession(store, text, 999)).toBeUndefined();
  });

  test('of a token that does not expire is kept', () => {
    const endless = { ...token, expiresAt: null, renewAt: null, fullLife: 0 };
    expect(decodeSession(store, encodeSession(store, endless, 0), 1e12)).toEqual(endless);
  });

  test('of a token that is good for a number of uses is not kept', () => {
    expect(encodeSession(store, { ...token, uses: 5 }, 0)).toBeUndefined();
  });
});
