import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/kube/object.ts';
import { hasControlCharacter } from '../../lib/file-path.ts';
import { parseRef } from '../../lib/ref.ts';
import { readStore } from '../../lib/stores/store.ts';
import type { Outcome } from '../../webhook/core/decide.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { defaultSettings, type Settings } from '../../webhook/core/settings.ts';
import { decideOn } from '../support/golden-admission.ts';
import { reviewOf } from '../support/golden-case.ts';
import { policyTable, type Expected, type PolicyRow } from '../support/policy-table.ts';

const apiVersion = 'keyferry.dev/v1beta1';

/** What asks for the row's find: an ExternalSecret besides those that the row has. */
const findName = 'the-find';

const storeRef = ({ store }: PolicyRow): object => ({ name: store.metadata.name, kind: store.kind });

const findObject = (row: PolicyRow): KubeObject[] => {
  if (!('find' in row.want)) return [];
  const { path, name, tags } = row.want.find;
  const find = {
    path,
    ...(name !== undefined && { name: { regexp: name } }),
    ...(tags !== undefined && { tags: Object.fromEntries(tags.map((tag) => [tag.name, tag.value])) }),
  };
  return [
    {
      apiVersion,
      kind: 'ExternalSecret',
      metadata: { name: findName, namespace: row.who.namespace },
      spec: { secretStoreRef: storeRef(row), dataFrom: [{ find }] },
    },
  ];
};

const objectsOf = (row: PolicyRow): readonly KubeObject[] => {
  const { namespace, namespaceLabels: labels } = row.who;
  return [
    { apiVersion, ...row.store } as KubeObject,
    ...row.externalSecrets.map(
      (manifest) => ({ apiVersion, kind: 'ExternalSecret', ...manifest }) as KubeObject,
    ),
    ...findObject(row),
    ...(labels === undefined
      ? []
      : [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }]),
  ];
};

const settingsOf = ({ install }: PolicyRow): Settings => ({
  ...defaultSettings,
  allowHttp: true,
  broker: { server: 'https://broker.example', namespace: 'keyferry-system', install },
});

/** A key as a ref writes it: percent-encoded, but for the slashes between its segments. */
const refOf = (store: string, key: string): string =>
  `${store}://${key.split('/').map(encodeURIComponent).join('/')}`;

const podOf = ({ who, want, store }: PolicyRow): Pod => ({
  metadata: {
    name: 'app',
    annotations: {
      'keyferry.dev/inject': 'true',
      ...('key' in want
        ? { 'keyferry.dev/secret.value': refOf(store.metadata.name ?? '', want.key) }
        : { 'keyferry.dev/external-secrets': findName }),
    },
  },
  spec: { serviceAccountName: who.serviceAccount, containers: [{ name: 'app' }] },
});

const decided = (row: PolicyRow): Outcome =>
  decideOn(
    reviewOf(podOf(row), row.who.namespace, {
      uid: '1',
      operation: 'CREATE',
      resource: { group: '', version: 'v1', resource: 'pods' },
    }),
    { objects: objectsOf(row), settings: settingsOf(row) },
  );

/** Rows that no annotation can ask for: the ref itself is refused, or names another store. */
const isWritable = ({ want, store, who }: PolicyRow): boolean => {
  if (store.metadata.namespace !== undefined && store.metadata.namespace !== who.namespace) return false;
  if ('find' in want) return true;
  if (!want.key.isWellFormed() || hasControlCharacter(want.key)) return false;
  const ref = parseRef(refOf('s', want.key));
  return ref.ok && ref.value.key === want.key;
};

/** What admission cannot know is allowed there: what a key turns out to be, where a request comes from, and what a find brings. */
const isLater = (row: PolicyRow): boolean =>
  ('turnsOutAs' in row.want && !row.expected.allowed) ||
  (!row.expected.allowed && row.expected.by === 'wire');

const codesOf = (outcome: Outcome): readonly string[] =>
  outcome.kind === 'deny' ? [...new Set(outcome.issues.map(({ code }) => code))] : [outcome.kind];

const wantedCodes = (expected: Expected): readonly string[] => {
  if (expected.allowed) return ['inject'];
  if (expected.by === 'policy') return ['access_denied', 'store_not_admitted', 'unsupported_ref'];
  if (expected.by === 'manifest') return ['invalid_store'];
  return expected.by === 'route' ? [expected.code] : ['inject'];
};

const rows = policyTable.filter(isWritable);

test('nearly every row can be asked for by a pod', () => {
  expect(rows.length).toBeGreaterThan(policyTable.length * 0.9);
});

describe('who gets what at admission', () => {
  test.each(rows)('$name', (row) => {
    const outcome = decided(row);
    const codes = codesOf(outcome);
    if (isLater(row)) {
      expect(['inject', 'access_denied']).toContain(codes[0]);
      return;
    }
    expect(wantedCodes(row.expected)).toEqual(expect.arrayContaining([codes[0]]));
    if (outcome.kind === 'inject') {
      expect(outcome.plan.stores.map(({ provider }) => provider.type)).toEqual(['broker']);
      expect(readStore(row.store).store).toBeDefined();
    }
  });
});
