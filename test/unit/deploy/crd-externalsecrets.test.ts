import { describe, expect, test } from '@jest/globals';
import { readExternalSecret } from '../../../lib/external-secrets/read.ts';
import { isRecord } from '../../../lib/kube/object.ts';
import { at, named, walk } from './manifests.ts';
import { pruningPlaces, refusals, structuralProblems, undescribed } from './schema.ts';

const definition = named('CustomResourceDefinition', 'externalsecrets.keyferry.dev').object;
const schema = at(definition, 'spec.versions.0.schema.openAPIV3Schema');

const storeRef = { name: 'vault-backend', kind: 'SecretStore' };
const strategies = { decodingStrategy: 'Auto', conversionStrategy: 'Unicode', nullBytePolicy: 'Fail' };
const remoteRef = {
  key: 'payments/db',
  property: 'password',
  version: '3',
  metadataPolicy: 'None',
  ...strategies,
};

/** Every field that the schema describes. */
const full = {
  secretStoreRef: storeRef,
  refreshInterval: '15m',
  refreshPolicy: 'Periodic',
  target: {
    name: 'payments-db',
    deletionPolicy: 'Delete',
    creationPolicy: 'Owner',
    immutable: true,
    template: {
      engineVersion: 'v2',
      mergePolicy: 'Merge',
      type: 'Opaque',
      metadata: { labels: { team: 'payments' } },
      data: { 'config.yaml': 'password: {{ .password | quote }}\n' },
      templateFrom: [
        {
          configMap: { name: 'templates', items: [{ key: 'app.conf', templateAs: 'Values' }] },
          target: 'Data',
          valuesDecodingStrategy: 'None',
        },
        { literal: 'a: {{ .password }}' },
      ],
    },
  },
  data: [{ secretKey: 'password', remoteRef, sourceRef: { storeRef } }],
  dataFrom: [
    {
      extract: remoteRef,
      rewrite: [
        { regexp: { source: '^a(.*)$', target: '$1' } },
        { transform: { template: '{{ .value }}' } },
        {
          merge: {
            strategy: 'JSON',
            into: 'all',
            priority: ['a'],
            priorityPolicy: 'Strict',
            conflictPolicy: 'Ignore',
          },
        },
      ],
      sourceRef: { storeRef },
    },
    { find: { path: 'payments', name: { regexp: '^a' }, tags: { team: 'payments' }, ...strategies } },
  ],
};

const least = { secretStoreRef: { name: 'vault' }, dataFrom: [{ extract: { key: 'payments/db' } }] };

const object = (spec: object): Record<string, unknown> & Parameters<typeof readExternalSecret>[0] => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ExternalSecret',
  metadata: { name: 'payments-db', namespace: 'payments' },
  spec,
});

test('is served as v1beta1 of keyferry.dev, beside the one of external-secrets', () => {
  expect(at(definition, 'spec.group')).toBe('keyferry.dev');
  expect(at(definition, 'spec.scope')).toBe('Namespaced');
  expect(at(definition, 'spec.names')).toEqual({
    kind: 'ExternalSecret',
    listKind: 'ExternalSecretList',
    plural: 'externalsecrets',
    singular: 'externalsecret',
    shortNames: ['kes'],
    categories: ['keyferry'],
  });
  expect(at(definition, 'spec.versions.0')).toMatchObject({ name: 'v1beta1', served: true, storage: true });
});

test('has a structural schema with a sentence on every field, and drops none', () => {
  expect(structuralProblems(schema)).toEqual([]);
  expect(undescribed(at(schema, 'properties.spec'))).toEqual([]);
  expect(pruningPlaces(at(schema, 'properties.spec'), 'spec')).toEqual([]);
});

test.each([
  ['every field', full],
  ['the least', least],
])('takes %s, and so does the webhook', (_what, spec) => {
  expect(refusals(schema, object(spec))).toEqual([]);
  expect(
    readExternalSecret(object(spec)).problems.filter((problem) => !problem.includes('is no template')),
  ).toEqual([]);
});

/** Paths of all fields that a schema describes, those of lists' items without an index. */
const describedIn = (part: unknown, path: string): readonly string[] => {
  const properties = at(part, 'properties');
  const inside = isRecord(properties) ? Object.entries(properties) : [];
  const items = at(part, 'items');
  return [
    ...inside.flatMap(([name, child]) => [`${path}.${name}`, ...describedIn(child, `${path}.${name}`)]),
    ...(items === undefined ? [] : describedIn(items, path)),
  ];
};

test('every field of the schema is one that the webhook knows', () => {
  const described = describedIn(at(schema, 'properties.spec'), 'spec');
  const used = walk(object(full)).map(([path]) =>
    path
      .split('.')
      .filter((part) => !/^\d+$/u.test(part))
      .join('.'),
  );
  expect(described.length).toBeGreaterThan(50);
  expect(described.filter((path) => !used.includes(path))).toEqual([]);
});

describe('what is refused', () => {
  test.each([
    [
      'a kind of store that is none',
      { secretStoreRef: { name: 'a', kind: 'Vault' } },
      'secretStoreRef.kind is none of SecretStore, ClusterSecretStore',
    ],
    ['a number for an interval', { refreshInterval: 60 }, 'refreshInterval is no string'],
    [
      'an unknown policy',
      { refreshPolicy: 'Always' },
      'refreshPolicy is none of Periodic, CreatedOnce, OnChange',
    ],
    [
      'a template that is no text',
      { target: { template: { data: { port: 1 } } } },
      'target.template.data.port is no string',
    ],
    [
      'an entry without a key',
      { data: [{ secretKey: 'a', remoteRef: {} }] },
      'data[0].remoteRef.key is missing',
    ],
    ['an entry without a name', { data: [{ remoteRef: { key: 'k' } }] }, 'data[0].secretKey is missing'],
    [
      'an unknown decoding',
      { dataFrom: [{ extract: { key: 'k', decodingStrategy: 'Hex' } }] },
      'dataFrom[0].extract.decodingStrategy is none of None, Base64, Base64URL, Auto',
    ],
    [
      'two steps in one',
      { dataFrom: [{ extract: { key: 'k' }, rewrite: [{ merge: {}, transform: { template: '' } }] }] },
      'dataFrom[0].rewrite[0] has more than its maxProperties',
    ],
  ])('%s', (_what, spec, problem) => {
    expect(refusals(schema, object(spec))).toEqual([`object.spec.${problem}`]);
    expect(readExternalSecret(object({ ...least, ...spec })).problems).not.toEqual([]);
  });

  test('what external-secrets has and Keyferry has not is kept, for the webhook to refuse by name', () => {
    const generatorRef = { apiVersion: 'generators.external-secrets.io/v1alpha1', kind: 'UUID', name: 'u' };
    const spec = {
      ...least,
      syncWindows: { kind: 'deny', windows: [{ schedule: '@daily', duration: '1h' }] },
      target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' } },
      dataFrom: [{ sourceRef: { generatorRef } }],
    };
    expect(refusals(schema, object(spec))).toEqual([]);
    expect(readExternalSecret(object(spec)).problems.map((problem) => problem.split(' ')[0])).toEqual([
      'spec.target.manifest',
      'spec.dataFrom[0].sourceRef.generatorRef',
      'spec.syncWindows',
    ]);
  });
});
