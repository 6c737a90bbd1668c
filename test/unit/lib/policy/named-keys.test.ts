import { expect, test } from '@jest/globals';
import type { ExternalSecretManifest } from '../../../../lib/external-secrets/external-secret.ts';
import { namedKeys } from '../../../../lib/policy/named-keys.ts';
import { readStore } from '../../../../lib/stores/store.ts';
import { externalSecret, ownStore, secretStore, vault } from '../../../support/policy/manifests.ts';
import { vaultStore } from './arbitrary.ts';

test('a key is named by its words and by its canonical form, in one namespace', () => {
  const named = namedKeys([externalSecret('payments', ['kv/data/db'])], vaultStore());
  expect(named.byText('payments', 'kv/data/db')).toBe('ExternalSecret payments/db');
  expect(named.byText('payments', 'db')).toBeUndefined();
  expect(named.byCanonical('payments', 'vault::kv/db')).toBe('ExternalSecret payments/db');
  expect(named.byCanonical('hr', 'vault::kv/db')).toBeUndefined();
});

test('a manifest without a namespace is of the default one', () => {
  const { spec } = externalSecret('payments', ['db']);
  const named = namedKeys([{ metadata: { name: 'x' }, spec }], vaultStore());
  expect(named.byText('default', 'db')).toBe('ExternalSecret default/x');
});

test('what was worked out for a list and a store is there for the next question', () => {
  const manifests = [externalSecret('payments', ['db'])];
  const [store, replaced] = [vaultStore(), vaultStore()];
  expect(namedKeys(manifests, store)).toBe(namedKeys(manifests, store));
  expect(namedKeys(manifests, store)).not.toBe(namedKeys(manifests, replaced));
  expect(namedKeys([...manifests], store)).not.toBe(namedKeys(manifests, store));
});

test('a manifest that stays is not read again when another is replaced', () => {
  let reads = 0;
  const counted = (namespace: string): ExternalSecretManifest => {
    const { metadata, spec } = externalSecret(namespace, ['db']);
    return {
      metadata,
      get spec() {
        reads += 1;
        return spec;
      },
    };
  };
  const manifests = Array.from({ length: 50 }, (_, index) => counted(`team-${index}`));
  const store = vaultStore();
  namedKeys(manifests, store);
  const before = reads;
  namedKeys([...manifests.slice(1), externalSecret('payments', ['db'])], store);
  expect(before).toBeGreaterThan(0);
  expect(reads).toBe(before);
});

test('a SecretStore of the same name in another namespace is another store', () => {
  const { store } = readStore(secretStore('payments', vault()));
  if (store === undefined) throw new Error('no store');
  const named = namedKeys(
    ['payments', 'hr'].map((namespace) => externalSecret(namespace, ['db'], ownStore)),
    store,
  );
  expect(named.byText('payments', 'db')).toBe('ExternalSecret payments/db');
  expect(named.byText('hr', 'db')).toBeUndefined();
});
