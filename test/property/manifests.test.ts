import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readExternalSecret } from '../../lib/external-secrets/read.ts';
import { isObject } from '../../lib/stores/fields.ts';
import { readStore } from '../../lib/stores/store.ts';
import { everyProvider, everySpecField } from '../unit/lib/stores/every-field.ts';

/** What somebody may put where something else is expected. */
const anything = fc.oneof(
  fc.anything({ withNullPrototype: true }),
  fc.constantFrom('', '..', 'a/../b', '{{', '{{ range }}', '(', '0', '\u0000', '__proto__', 'constructor'),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const externalSecretSpec = {
  secretStoreRef: { name: 'vault', kind: 'ClusterSecretStore' },
  refreshInterval: '1h',
  refreshPolicy: 'Periodic',
  target: {
    name: 'db',
    creationPolicy: 'Owner',
    deletionPolicy: 'Delete',
    immutable: true,
    template: {
      type: 'Opaque',
      engineVersion: 'v2',
      mergePolicy: 'Merge',
      data: { 'a.yaml': '{{ .a }}', b: '{{ if .b }}x{{ end }}' },
      templateFrom: [
        { literal: 'a: {{ .a }}', target: 'Data' },
        { configMap: { name: 'tpl', items: [{ key: 'k', templateAs: 'KeysAndValues' }] } },
      ],
    },
  },
  data: [
    {
      secretKey: 'a',
      remoteRef: { key: 'payments/db', property: 'password', version: '1', decodingStrategy: 'Auto' },
      sourceRef: { storeRef: { name: 'aws' } },
    },
  ],
  dataFrom: [
    { extract: { key: 'k' }, rewrite: [{ regexp: { source: '^a(.*)$', target: '$1' } }] },
    {
      find: { path: 'a', name: { regexp: 'a' }, tags: { a: 'b' } },
      rewrite: [{ transform: { template: '{{ .value }}' } }, { merge: { strategy: 'JSON', into: 'x' } }],
    },
  ],
};

/** The places of everything in a value, as lists of names and indexes. */
const placesOf = (value: unknown, place: readonly string[] = []): readonly (readonly string[])[] => {
  const children = Array.isArray(value) || isObject(value) ? Object.entries(value) : [];
  return [place, ...children.flatMap(([name, child]) => placesOf(child, [...place, name]))];
};

/** A copy of a value with something else in one place. */
const replaced = (value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown => {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((child: unknown, index) => (String(index) === name ? replaced(child, rest, by) : child));
  return isObject(value) ? { ...value, [name]: replaced(value[name], rest, by) } : value;
};

/** Copies of a value with something else in one or several places. */
const damaged = (value: unknown): fc.Arbitrary<unknown> =>
  fc
    .array(fc.tuple(fc.constantFrom(...placesOf(value)), anything), { minLength: 1, maxLength: 4 })
    .map((changes) => changes.reduce((whole, [place, by]) => replaced(whole, place, by), value));

const specs = fc.oneof(anything, fc.dictionary(fc.string(), anything));

const beginsWithAPlace = (text: string): boolean => /^(spec|metadata)[.[ ]/u.test(text);

describe('whatever an ExternalSecret is, it is read', () => {
  const check = (spec: unknown): void => {
    const { externalSecret, problems, unusable, warnings } = readExternalSecret({
      metadata: { name: 'db' },
      spec,
    });
    expect([...problems, ...unusable, ...warnings].filter((text) => !beginsWithAPlace(text))).toEqual([]);
    expect(externalSecret === undefined).toBe(problems.length > 0);
    for (const { secretKey, remote } of externalSecret?.entries ?? []) {
      expect(secretKey).toMatch(/^[-._a-zA-Z0-9]{1,253}$/u);
      expect(remote.key.split('/')).not.toContain('..');
    }
  };

  test('with anything in place of its spec', () => {
    fc.assert(fc.property(specs, check));
  });

  test('with anything in place of its parts', () => {
    fc.assert(fc.property(damaged(externalSecretSpec), check), { numRuns: 1000 });
  });

  test('and the whole of it is right', () => {
    expect(readExternalSecret({ metadata: { name: 'db' }, spec: externalSecretSpec }).problems).toEqual([]);
  });
});

describe('whatever a store is, it is read', () => {
  const check = (kind: string, spec: unknown): void => {
    const { store, problems, unusable, warnings } = readStore({ kind, metadata: { name: 's' }, spec });
    expect([...problems, ...unusable, ...warnings].filter((text) => !beginsWithAPlace(text))).toEqual([]);
    expect(store === undefined).toBe(problems.length + unusable.length > 0);
  };
  const kinds = fc.constantFrom('SecretStore', 'ClusterSecretStore');

  test('with anything in place of its spec', () => {
    fc.assert(fc.property(kinds, specs, check));
  });

  test.each(Object.entries(everyProvider))('with anything in place of parts of %s', (name, provider) => {
    const spec = { ...everySpecField, provider: { [name]: provider } };
    fc.assert(fc.property(kinds, damaged(spec), check), { numRuns: 300 });
  });
});
