import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decideAccess, type AccessDecision, type Asked, type Asker } from '../../../../lib/policy/decide.ts';
import { namedKeys } from '../../../../lib/policy/named-keys.ts';
import { readStore, type Store } from '../../../../lib/stores/store.ts';
import { resolveKey } from '../../../../providers/vault/path.ts';
import { externalSecret } from '../../../support/policy/manifests.ts';
import { anyKey, namespaceName, vaultStore } from './arbitrary.ts';

const payments: Asker = { namespace: 'payments', namespaceLabels: {}, serviceAccount: 'api' };

const decide = (
  store: Store,
  asked: Asked,
  who = payments,
  readBy: 'agent' | 'broker' = 'broker',
): AccessDecision =>
  decideAccess({ store, readBy, who, named: namedKeys([externalSecret('payments', ['db'])], store), asked });

const key = (text: string): Asked => ({ kind: 'key', key: text });
const reasonOf = (decision: AccessDecision): string => (decision.allowed ? 'allowed' : decision.reason);

const advice =
  'name the key in an ExternalSecret of the namespace, or have spec.access of the store extended';
const mayNot = 'ServiceAccount payments/api may not read the key "hr/db" of ClusterSecretStore shared';
const unnamed = 'no ExternalSecret of namespace payments names it for this store';

describe('a refusal says which rules there are, and what can be done', () => {
  test.each([
    [undefined, 'the store has no spec.access'],
    [[], 'no item of its spec.access is for this pod'],
    [[{ namespaces: ['hr'], keys: ['*'] }], 'no item of its spec.access is for this pod'],
    [[{ keys: ['x'] }], 'spec.access[0] grants "x" only'],
    [
      [{ namespaces: ['hr'], keys: ['*'] }, { keys: ['${namespace}/*', 'x'] }, { keys: ['y'] }],
      'spec.access[1] grants "${namespace}/*" and "x" only and spec.access[2] grants "y" only',
    ],
    [
      [{ keys: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }],
      'spec.access[0] grants "a", "b", "c", "d", "e" and 2 more only',
    ],
  ])('%j', (access, rules) => {
    const store = vaultStore({}, access === undefined ? {} : { access });
    expect(reasonOf(decide(store, key('hr/db')))).toBe(`${mayNot}: ${unnamed}, and ${rules}; ${advice}`);
  });

  test('of a find', () => {
    expect(reasonOf(decide(vaultStore(), { kind: 'find' }))).toBe(
      'ServiceAccount payments/api may not look for keys in ClusterSecretStore shared: that takes an item of spec.access, and the store has no spec.access; name the keys one by one in an ExternalSecret of namespace payments, or have spec.access of the store extended',
    );
  });

  test('of what a key turned out to be', () => {
    const store = vaultStore({}, { access: [{ keys: ['hr/*'] }] });
    const reason = reasonOf(decide(store, { kind: 'read', key: 'hr/db', canonical: 'vault::hr/db' }));
    expect(reason).toMatch(
      / may not read the key "hr\/db", which turned out to be "hr\/db", of ClusterSecretStore shared: /,
    );
  });

  test('of what is no key', () => {
    expect(reasonOf(decide(vaultStore(), key('payments/../hr/db')))).toBe(
      'the key "payments/../hr/db" has the segment ".."; such keys are given to nobody',
    );
  });
});

test.each([
  [{ ...payments, namespace: '*' }, '"*" is no name of a namespace'],
  [{ ...payments, namespace: 'a/b' }, '"a/b" is no name of a namespace'],
  [{ ...payments, serviceAccount: '' }, '"" is no name of a ServiceAccount'],
  [{ ...payments, serviceAccount: '${namespace}' }, '"${namespace}" is no name of a ServiceAccount'],
])('%j is nobody', (who, fault) => {
  const store = vaultStore({}, { access: [{ keys: ['*'] }] });
  expect(reasonOf(decide(store, key('db'), who))).toBe(
    `ClusterSecretStore shared is not for this pod: ${fault}`,
  );
});

describe('what the agent reads itself', () => {
  test('is for the backend to decide, unless there is spec.access', () => {
    expect(decide(vaultStore(), key('hr/db'), payments, 'agent')).toEqual({
      allowed: true,
      rule: 'the backend alone decides',
    });
    const store = vaultStore({}, { access: [] });
    expect(decide(store, key('hr/db'), payments, 'agent').allowed).toBe(false);
    expect(decide(store, key('db'), payments, 'agent')).toEqual({
      allowed: true,
      rule: 'ExternalSecret payments/db',
    });
  });

  test('is a file too', () => {
    const { store } = readStore({
      kind: 'ClusterSecretStore',
      metadata: { name: 'shared' },
      spec: { provider: { file: { path: '/x' } }, access: [{ keys: ['${namespace}/*'] }] },
    });
    if (store === undefined) throw new Error('no store');
    expect(decide(store, key('payments/db'), payments, 'agent').allowed).toBe(true);
    expect(decide(store, key('hr/db'), payments, 'agent').allowed).toBe(false);
    expect(decide(store, { kind: 'found', find: {}, name: 'payments/x' }, payments, 'agent').allowed).toBe(
      true,
    );
  });
});

describe('a rule of ${namespace}/*', () => {
  const stores = [
    vaultStore({}, { access: [{ keys: ['${namespace}/*'] }] }),
    vaultStore({ path: 'kv/team-a' }, { access: [{ keys: ['/kv/${namespace}/*'] }] }),
    vaultStore({ path: '' }, { access: [{ keys: ['kv/${namespace}/*'] }] }),
    vaultStore({ path: 'kv/data' }, { access: [{ keys: ['${namespace}/*'] }] }),
  ];

  test.each(stores)('gives nothing outside of it', (store) => {
    if (store.provider.type !== 'vault') throw new Error('no vault');
    const rules = {
      storePath: store.provider.path,
      kvVersion: 'v2',
      mounts: [{ path: ['kv'], type: 'kv', kvVersion: 2 }],
    } as const;
    fc.assert(
      fc.property(anyKey, namespaceName, fc.boolean(), (text, namespace, own) => {
        const asked = own ? `${namespace}/${text}` : text;
        const decision = decideAccess({
          store,
          readBy: 'broker',
          who: { namespace, namespaceLabels: undefined, serviceAccount: 'api' },
          named: namedKeys([], store),
          asked: key(asked),
        });
        if (!decision.allowed) return;
        // Where it is read, as the provider works it out from the mount table.
        const place = resolveKey(asked, rules);
        if (!place.ok || place.value.kind !== 'secret') throw new Error(asked);
        expect([...place.value.mount, ...place.value.secret].slice(0, 2)).toEqual(['kv', namespace]);
      }),
      { numRuns: 2000 },
    );
  });

  test('gives what is in it', () => {
    for (const namespace of ['payments', 'data', 'kv'])
      expect(
        decideAccess({
          store: stores[0] as Store,
          readBy: 'broker',
          who: { namespace, namespaceLabels: undefined, serviceAccount: 'api' },
          named: namedKeys([], stores[0] as Store),
          asked: key(`/kv/data/${namespace}/db`),
        }),
      ).toEqual({ allowed: true, rule: 'spec.access[0]' });
  });
});
