import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Credentials, fingerprint } from '../../../../broker/stores/credentials.ts';
import type { BrokerCredential } from '../../../../lib/broker/install.ts';
import { providerError } from '../../../../lib/provider-error.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import type { Ref } from '../../../../lib/ref.ts';
import { err, ok } from '../../../../lib/result.ts';
import { readStore, type Store } from '../../../../lib/stores/store.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keyferry-credentials-'));
  for (const folder of ['cluster/vault', 'namespaces/payments/vault']) {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'token'), folder);
  }
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const storeOf = (kind: 'SecretStore' | 'ClusterSecretStore', namespace?: string): Store => {
  const { store } = readStore({
    kind,
    metadata: { name: 'vault', ...(namespace === undefined ? {} : { namespace }) },
    spec: {
      provider: {
        vault: {
          server: 'https://vault.example:8200',
          path: 'kv',
          auth: { tokenSecretRef: { name: 'vault', key: 'token' } },
        },
      },
    },
  });
  if (store === undefined) throw new Error('no store');
  return store;
};

const platform: BrokerCredential = { name: 'vault', servers: ['https://vault.example:8200'] };
const tenants: BrokerCredential = { ...platform, namespace: 'payments' };
const ref = { name: 'vault', key: 'token' };
const servers = ['https://vault.example:8200'];

type ReadRef = ConstructorParameters<typeof Credentials>[0]['readRef'];

const start = (listed: readonly BrokerCredential[], readRef: ReadRef = () => Promise.reject(new Error())) => {
  const clock = new ManualClock();
  let credentials = listed;
  const kept = new Credentials({
    root,
    install: () => ({ credentials, serviceAccounts: [] }),
    clock,
    readRef,
  });
  const read = async (store: Store, to: readonly string[] = servers, one = ref): Promise<string> => {
    const text = await kept.read(store, one, to);
    return text.ok ? text.value.reveal() : `${text.error.code}: ${text.error.message}`;
  };
  return {
    clock,
    read,
    list: (...next: BrokerCredential[]) => {
      credentials = next;
    },
  };
};

describe('a credential', () => {
  test('is that of the store’s own scope', async () => {
    const { read } = start([platform, tenants]);
    expect(await read(storeOf('ClusterSecretStore'))).toBe('cluster/vault');
    expect(await read(storeOf('SecretStore', 'payments'))).toBe('namespaces/payments/vault');
    expect(await read(storeOf('SecretStore', 'hr'))).toBe(
      'denied: the credential "vault" is not one that this store may use',
    );
  });

  test('of the platform is nothing to a SecretStore that names it', async () => {
    const { read } = start([platform]);
    expect(await read(storeOf('SecretStore', 'payments'))).toBe(
      'denied: the credential "vault" is not one that this store may use',
    );
    expect(await read(storeOf('SecretStore', ''))).toMatch(/^denied/);
  });

  test.each([
    ['another host', 'https://vault.evil:8200'],
    ['another port', 'https://vault.example:8201'],
    ['another path', 'https://vault.example:8200/x'],
    ['another scheme', 'http://vault.example:8200'],
  ])('is not sent to %s', async (_what, server) => {
    const { read } = start([platform]);
    expect(await read(storeOf('ClusterSecretStore'), [...servers, server])).toBe(
      `denied: the credential "vault" may be sent to https://vault.example:8200 alone, not to "${server}"`,
    );
  });

  test('is compared with the install at each read', async () => {
    const { read, list } = start([platform]);
    expect(await read(storeOf('ClusterSecretStore'))).toBe('cluster/vault');
    list({ ...platform, servers: ['https://vault.example', 'https://other.example'] });
    expect(await read(storeOf('ClusterSecretStore'))).toMatch(
      /^denied: .* may be sent to https:\/\/vault\.example or https:\/\/other\.example alone/,
    );
    list();
    expect(await read(storeOf('ClusterSecretStore'))).toMatch(/is not one that this store may use$/);
  });
});

describe('a credential that another store keeps', () => {
  const listed = (text: string): BrokerCredential => ({ ...platform, ref: text });
  const counting = (answer: () => Awaited<ReturnType<ReadRef>>) => {
    const asked: Ref[] = [];
    return {
      asked,
      readRef: (one: Ref) => {
        asked.push(one);
        return Promise.resolve(answer());
      },
    };
  };
  const document = (text: string) => ok(new Redacted(Buffer.from(text)));

  test('is a field of a document, by key', async () => {
    const { asked, readRef } = counting(() => document('{"token":"s.1","number":7}'));
    const { read } = start([listed('boot://platform/vault')], readRef);
    const store = storeOf('ClusterSecretStore');
    expect(await read(store)).toBe('s.1');
    expect(await read(store, servers, { name: 'vault', key: 'number' })).toBe('7');
    expect(await read(store, servers, { name: 'vault', key: 'constructor' })).toBe(
      'not_found: the credential "vault" has no field "constructor"',
    );
    expect(asked).toMatchObject([{ store: 'boot', key: 'platform/vault' }]);
  });

  test('is a property, for whichever key is named', async () => {
    const { readRef } = counting(() => document('{"deep":{"token":"s.2"}}'));
    const { read } = start([listed('boot://platform/vault#deep.token')], readRef);
    expect(await read(storeOf('ClusterSecretStore'))).toBe('s.2');
  });

  test('counts for a minute, a failure for five seconds, and a new ref at once', async () => {
    let answer = document('{"token":"one"}') as Awaited<ReturnType<ReadRef>>;
    const { asked, readRef } = counting(() => answer);
    const { read, clock, list } = start([listed('boot://a')], readRef);
    const store = storeOf('ClusterSecretStore');
    expect(await Promise.all([read(store), read(store)])).toEqual(['one', 'one']);
    answer = err(providerError('unavailable', 'Vault is down'));
    await clock.advance(59_999);
    expect(await read(store)).toBe('one');
    await clock.advance(1);
    const down = 'unavailable: the credential "vault" cannot be fetched: Vault is down';
    expect([await read(store), await read(store)]).toEqual([down, down]);
    expect(asked).toHaveLength(2);
    answer = document('{"token":"two"}');
    await clock.advance(5_000);
    expect(await read(store)).toBe('two');
    answer = document('{"token":"three"}');
    list(listed('boot://b'));
    expect(await read(store)).toBe('three');
  });
});

describe('a fingerprint', () => {
  test('is another one where the values are, or are divided otherwise', () => {
    const of = (...texts: string[]): string => fingerprint(texts.map((text) => new Redacted(text)));
    expect(of('a', 'b')).toBe(of('a', 'b'));
    expect(new Set([of('a', 'b'), of('ab', ''), of('', 'ab'), of('b', 'a'), of('ab')]).size).toBe(5);
    expect(of('secret')).not.toContain('secret');
  });
});
