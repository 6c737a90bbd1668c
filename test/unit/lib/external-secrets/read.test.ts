import { describe, expect, test } from '@jest/globals';
import { readExternalSecret, storesOf } from '../../../../lib/external-secrets/read.ts';
import { least, read, readAll } from './support.ts';

const vault = { name: 'vault', kind: 'SecretStore' };

test('the least that there may be', () => {
  expect(readAll({})).toEqual({
    problems: [],
    unusable: [],
    warnings: [],
    externalSecret: {
      name: 'db',
      target: 'db',
      intervalSeconds: 3600,
      sets: [],
      entries: [
        {
          place: 'spec.data[0].remoteRef',
          store: vault,
          secretKey: 'password',
          remote: { key: 'payments/db' },
          refuseNullBytes: false,
        },
      ],
      whenGone: 'keep',
      keepsKeys: true,
    },
  });
});

test.each([
  [undefined, ['spec is missing', 'spec.data is missing; an ExternalSecret takes data or dataFrom']],
  [[], ['spec must be an object', 'spec.data is missing; an ExternalSecret takes data or dataFrom']],
  [
    { secretStoreRef: { name: 'vault' }, data: [], dataFrom: null },
    ['spec.data is missing; an ExternalSecret takes data or dataFrom'],
  ],
  [{ ...least, data: {} }, ['spec.data must be a list']],
  [{ ...least, dataFrom: 'x' }, ['spec.dataFrom must be a list']],
  [
    { ...least, refreshIntervall: '1h', generators: [] },
    [
      'spec.generators is not a known field',
      'spec.refreshIntervall is not a known field; did you mean refreshInterval?',
    ],
  ],
  [
    { ...least, syncWindows: { kind: 'deny', windows: [] } },
    ['spec.syncWindows is not supported; refreshInterval says how often secrets are read'],
  ],
])('spec %j is refused', (spec, problems) => {
  const found = readExternalSecret({ metadata: { name: 'db' }, spec });
  expect(found).toEqual({ problems, unusable: [], warnings: [] });
});

test.each([
  [undefined, 'metadata.name is missing'],
  ['', 'metadata.name is missing'],
  ['../x', 'metadata.name is "../x"; it takes lower case letters, digits, "-" and "."'],
])('the name %j is refused', (name, problem) => {
  const metadata = name === undefined ? {} : { name };
  expect(readExternalSecret({ metadata, spec: least }).problems).toEqual([problem]);
});

describe('the interval', () => {
  test.each([
    [{}, 3600],
    [{ refreshInterval: '15m' }, 900],
    [{ refreshInterval: '1h0m0s' }, 3600],
    [{ refreshInterval: '10.5s' }, 11],
    [{ refreshInterval: '10s' }, 10],
    [{ refreshInterval: '0' }, 0],
    [{ refreshInterval: '0s', refreshPolicy: 'Periodic' }, 0],
    [{ refreshInterval: '15m', refreshPolicy: 'CreatedOnce' }, 0],
    [{ refreshInterval: '15m', refreshPolicy: 'OnChange' }, 0],
  ])('%j is %d seconds', (spec, intervalSeconds) => {
    expect(readAll(spec)).toMatchObject({ warnings: [], externalSecret: { intervalSeconds } });
  });

  test.each(['1s', '9.9s', '1ns'])('%s is too short, and taken as 10 seconds', (refreshInterval) => {
    expect(readAll({ refreshInterval })).toMatchObject({
      warnings: [
        `spec.refreshInterval is "${refreshInterval}", which is taken as 10s, the shortest there is`,
      ],
      externalSecret: { intervalSeconds: 10 },
    });
  });

  test.each([
    [{ refreshInterval: '1 hour' }, 'refreshInterval is "1 hour"; give a Go duration like 30s, 15m or 1h30m'],
    [{ refreshInterval: '-1s' }, 'refreshInterval is "-1s"; give a Go duration like 30s, 15m or 1h30m'],
    [{ refreshInterval: 60 }, 'refreshInterval must be a string'],
    [{ refreshPolicy: 'Always' }, 'refreshPolicy is "Always"; it takes Periodic, CreatedOnce or OnChange'],
  ])('%j is refused', (spec, problem) => {
    expect(read(spec)).toEqual([`spec.${problem}`]);
  });
});

describe('stores', () => {
  const remoteRef = { key: 'k' };

  test('an entry’s own goes before that of the spec', () => {
    const found = read({
      secretStoreRef: { name: 'aws', kind: 'ClusterSecretStore' },
      data: [
        { secretKey: 'a', remoteRef },
        { secretKey: 'b', remoteRef, sourceRef: { storeRef: { name: 'vault' } } },
      ],
      dataFrom: [{ extract: remoteRef, sourceRef: { storeRef: { name: 'aws', kind: 'SecretStore' } } }],
    });
    expect(found).toMatchObject({
      entries: [{ store: { name: 'aws', kind: 'ClusterSecretStore' } }, { store: vault }],
      sets: [{ store: { name: 'aws', kind: 'SecretStore' } }],
    });
  });

  test('that of the spec may be left out where every entry has its own', () => {
    const sourceRef = { storeRef: { name: 'vault' } };
    const spec = { secretStoreRef: undefined, data: [{ secretKey: 'a', remoteRef, sourceRef }] };
    expect(read(spec)).toMatchObject({ entries: [{ store: vault }] });
    expect(read({ ...spec, dataFrom: [{ extract: remoteRef }, { extract: remoteRef }] })).toEqual([
      'spec.secretStoreRef is missing; give it, or a sourceRef.storeRef at every entry',
    ]);
  });

  test.each([
    [{ secretStoreRef: {} }, 'secretStoreRef.name is missing'],
    [
      { secretStoreRef: { name: 'A_b' } },
      'secretStoreRef.name is "A_b", which cannot be the name of a store: lower case letters, digits, "-" and "."',
    ],
    [
      { secretStoreRef: { name: 'a', kind: 'Store' } },
      'secretStoreRef.kind is "Store"; it takes SecretStore or ClusterSecretStore',
    ],
    [{ secretStoreRef: { name: 'a', namespace: 'b' } }, 'secretStoreRef.namespace is not a known field'],
    [
      { data: [{ secretKey: 'a', remoteRef, sourceRef: {} }] },
      'data[0].sourceRef.storeRef is missing: a sourceRef names a store',
    ],
    [
      { data: [{ secretKey: 'a', remoteRef, sourceRef: { generatorRef: { kind: 'UUID', name: 'u' } } }] },
      'data[0].sourceRef.generatorRef is not supported: Keyferry reads secrets of stores and generates none',
    ],
    [
      { dataFrom: [{ sourceRef: { generatorRef: { kind: 'Password', name: 'p' } } }] },
      'dataFrom[0].sourceRef.generatorRef is not supported: Keyferry reads secrets of stores and generates none',
    ],
  ])('%j is refused', (spec, problem) => {
    expect(read(spec)).toEqual([`spec.${problem}`]);
  });

  test('all of them, each once', () => {
    const of = (name: string, kind: string): object => ({ sourceRef: { storeRef: { name, kind } } });
    const spec = {
      ...least,
      data: [
        { secretKey: 'a', remoteRef },
        { secretKey: 'b', remoteRef, ...of('vault', 'ClusterSecretStore') },
        { secretKey: 'c', remoteRef, ...of('vault', 'SecretStore') },
      ],
      dataFrom: [{ extract: remoteRef, ...of('aws', 'SecretStore') }],
    };
    expect(storesOf({ metadata: { name: 'x' }, spec })).toEqual([
      { name: 'aws', kind: 'SecretStore' },
      vault,
      { name: 'vault', kind: 'ClusterSecretStore' },
    ]);
    expect(storesOf({ metadata: { name: 'x' }, spec: {} })).toEqual([]);
    expect(storesOf(undefined)).toEqual([]);
  });
});

test('a manifest is read once', () => {
  const manifest = { metadata: { name: 'db' }, spec: least };
  expect(readExternalSecret(manifest)).toBe(readExternalSecret(manifest));
});

test('all problems come at once', () => {
  expect(
    read({
      secretStoreRef: { name: '' },
      refreshInterval: 'x',
      target: { name: 'A' },
      data: [{ secretKey: 'a b', remoteRef: {} }],
      dataFrom: [{}],
    }),
  ).toEqual([
    'spec.secretStoreRef.name is missing',
    'spec.refreshInterval is "x"; give a Go duration like 30s, 15m or 1h30m',
    'spec.target.name is "A"; it takes lower case letters, digits, "-" and "."',
    'spec.data[0].secretKey is "a b"; a key is made of letters, digits, "-", "_" and "."',
    'spec.data[0].remoteRef.key is missing',
    'spec.dataFrom[0].extract is missing; an entry of dataFrom takes extract or find',
  ]);
});
