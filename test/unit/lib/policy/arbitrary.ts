import fc from 'fast-check';
import { readStore, type Store } from '../../../../lib/stores/store.ts';
import { aws, bitwarden, clusterStore, vault } from '../../../support/policy/manifests.ts';

interface StoreOptions {
  readonly access?: readonly object[];
}

const storeOf = (provider: object, options: StoreOptions): Store => {
  const { store, problems } = readStore(clusterStore(provider, options));
  if (store === undefined) throw new Error(problems.join('\n'));
  return store;
};

export const vaultStore = (fields: object = {}, options: StoreOptions = {}): Store =>
  storeOf(vault(fields), options);
export const awsStore = (fields: object = {}, options: StoreOptions = {}): Store =>
  storeOf(aws(fields), options);
export const bitwardenStore = (options: StoreOptions = {}): Store => storeOf(bitwarden(), options);

/** Names of namespaces, those among them that mean something in a path of Vault. */
export const namespaceName = fc.oneof(
  fc.constantFrom('kv', 'data', 'payments', 'hr', 'team-a', 'x'),
  fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/),
);

/** Segments as they are, and as somebody who is up to something would write them. */
const segment = fc.oneof(
  fc.constantFrom('kv', 'data', 'metadata', 'payments', 'hr', 'db', 'team-a', 'x'),
  fc.constantFrom(
    '',
    '.',
    '..',
    '...',
    '*',
    '${namespace}',
    '%2e%2e',
    '%2F',
    '..%2F',
    ' ',
    '\u0000',
    '\ud800',
  ),
  fc.string({ maxLength: 4 }),
);

export const anyKey = fc
  .tuple(fc.constantFrom('', '/', '//'), fc.array(segment, { minLength: 1, maxLength: 6 }))
  .map(([start, segments]) => start + segments.join('/'));

/** Segments of keys that are keys. */
export const plainSegments = fc.array(
  fc.oneof(fc.constantFrom('data', 'db', 'payments'), fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/)),
  { minLength: 1, maxLength: 4 },
);
