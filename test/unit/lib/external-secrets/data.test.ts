import { describe, expect, test } from '@jest/globals';
import { read, readAll } from './support.ts';

const entry = (remoteRef: object, more: object = {}): object => ({
  data: [{ secretKey: 'a', remoteRef: { key: 'payments/db', ...remoteRef }, ...more }],
});

describe('remoteRef', () => {
  test.each([
    [{ key: '/full/path' }, { remote: { key: '/full/path' } }],
    [{ key: 'a%2Fb+c' }, { remote: { key: 'a%2Fb+c' } }],
    [
      { property: 'user.name', version: 'uuid/1' },
      { remote: { key: 'payments/db', property: 'user.name', version: 'uuid/1' } },
    ],
    [{ property: '', version: '' }, { remote: { key: 'payments/db' } }],
    [{ decodingStrategy: 'Base64' }, { decode: 'base64' }],
    [{ decodingStrategy: 'Base64URL' }, { decode: 'base64url' }],
    [{ decodingStrategy: 'Auto' }, { decode: 'auto' }],
    [{ conversionStrategy: 'Unicode', metadataPolicy: 'None' }, {}],
    [{ nullBytePolicy: 'Fail' }, { refuseNullBytes: true }],
    [{ nullBytePolicy: 'Ignore' }, { refuseNullBytes: false }],
  ])('%j', (remoteRef, wanted) => {
    expect(readAll(entry(remoteRef))).toMatchObject({
      warnings: [],
      externalSecret: { entries: [wanted] },
    });
  });

  test('nothing is decoded unless told so', () => {
    const { externalSecret } = readAll(entry({ decodingStrategy: 'None' }));
    expect(externalSecret?.entries.map((found) => Object.hasOwn(found, 'decode'))).toEqual([false]);
  });

  test.each([
    [{ key: '' }, 'key is missing'],
    [{ key: 'a//b' }, 'key has an empty segment'],
    [{ key: 'a/' }, 'key has an empty segment'],
    [{ key: '../sys' }, 'key has the segment ".."'],
    [{ key: 'a\u0000' }, 'key has a control character'],
    [{ key: 1 }, 'key must be a string'],
    [{ property: 'a\n' }, 'property has a control character'],
    [{ version: 2 }, 'version must be a string'],
    [{ version: '\u0007' }, 'version has a control character'],
    [
      { metadataPolicy: 'Fetch' },
      'metadataPolicy is "Fetch", which is not supported: Keyferry reads values, not tags',
    ],
    [
      { decodingStrategy: 'base64' },
      'decodingStrategy is "base64"; it takes None, Base64, Base64URL or Auto',
    ],
    [{ conversionStrategy: 'x' }, 'conversionStrategy is "x"; it takes Default or Unicode'],
    [{ nullBytePolicy: 'x' }, 'nullBytePolicy is "x"; it takes Ignore or Fail'],
    [{ proprety: 'x' }, 'proprety is not a known field; did you mean property?'],
  ])('%j is refused', (remoteRef, problem) => {
    expect(read(entry(remoteRef))).toEqual([`spec.data[0].remoteRef.${problem}`]);
  });

  test.each(['users.#.name', '@this', 'a*', 'a|b', 'tab?'])('a query %s is warned of', (property) => {
    expect(readAll(entry({ property }))).toMatchObject({
      warnings: [
        `spec.data[0].remoteRef.property is "${property}", which is taken as a field's name or a dotted path; queries are not supported`,
      ],
      externalSecret: { entries: [{ remote: { property } }] },
    });
  });
});

describe('secretKey', () => {
  const keys = (...names: unknown[]): object => ({
    data: names.map((secretKey) => ({ secretKey, remoteRef: { key: 'k' } })),
  });

  test.each(['DB_PASSWORD', '.env.production', 'tls.crt', '.x', 'a'.repeat(253)])('%s', (secretKey) => {
    expect(read(keys(secretKey))).toMatchObject({ entries: [{ secretKey }] });
  });

  test.each([
    [undefined, 'is missing'],
    ['', 'is missing'],
    ['a/b', 'is "a/b"; a key is made of letters, digits, "-", "_" and "."'],
    ['é', 'is "é"; a key is made of letters, digits, "-", "_" and "."'],
    ['a'.repeat(254), 'has 254 characters; a key has 253 at most'],
    ['.', 'is ".", which cannot be a file: it has the segment "."'],
    [
      '..data',
      'is "..data", which cannot be a file: it has a segment that starts with "..", which Keyferry keeps for itself',
    ],
  ])('%j is refused', (secretKey, problem) => {
    expect(read(keys(secretKey))).toEqual([`spec.data[0].secretKey ${problem}`]);
  });

  test('a key that becomes no file may have any of a key’s names', () => {
    const template = { data: { 'app.conf': '{{ index . "..data" }}' } };
    expect(read({ ...keys('..data'), target: { template } })).toMatchObject({ keepsKeys: false });
    const merged = { ...template, mergePolicy: 'Merge' };
    expect(read({ ...keys('..data'), target: { template: merged } })).toHaveLength(1);
  });

  test('a key that is there twice is refused where files are kept', () => {
    expect(read(keys('a', 'b', 'a'))).toEqual(['spec.data[2].secretKey is "a" once more']);
    expect(readAll({ ...keys('a', 'a'), target: { deletionPolicy: 'Delete' } })).toMatchObject({
      problems: [],
      warnings: ['spec.data[1].secretKey is "a" once more: the last one goes over the others'],
    });
  });
});

test('an entry has nothing but its parts', () => {
  expect(
    read({ data: [{ secretKey: 'a' }, { secretKey: 'b', remoteRef: { key: 'k' }, key: 'x' }, 1] }),
  ).toEqual([
    'spec.data[2] must be an object',
    'spec.data[0].remoteRef is missing',
    'spec.data[1].key is not a known field',
    'spec.data[2].secretKey is missing',
    'spec.data[2].remoteRef is missing',
  ]);
});
