import { describe, expect, test } from '@jest/globals';
import type { ObjectCache } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { objectCache } from '../../../lib/kube/object-cache.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { catalogueOf } from '../../../webhook/catalogue.ts';

const store = (name: string, namespace?: string): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: namespace === undefined ? 'ClusterSecretStore' : 'SecretStore',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

const theirs = (object: KubeObject): KubeObject => ({ ...object, apiVersion: 'external-secrets.io/v1' });

const externalSecret = (name: string, namespace: string): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ExternalSecret',
  metadata: { name, namespace },
});

const account = (name: string, namespace: string, annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace, ...(annotations && { annotations }) },
});

const cacheOf = (...objects: KubeObject[]): ObjectCache => objectCache(objects, new ManualClock());

describe('catalogueOf', () => {
  const catalogue = catalogueOf(
    cacheOf(store('a', 'one'), store('a'), store('b'), store('c', 'two'), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'one', labels: { team: 'x' } },
    }),
  );

  test.each([
    ['one', 'a', 'SecretStore'],
    ['two', 'a', 'ClusterSecretStore'],
    ['one', 'b', 'ClusterSecretStore'],
    ['two', 'c', 'SecretStore'],
    ['one', 'c', undefined],
    ['one', 'constructor', undefined],
  ])('in namespace %s, store %s is a %s', (namespace, name, kind) => {
    expect(catalogue.store(namespace, name)?.kind).toBe(kind);
  });

  test('knows what a namespace could use, and what another one has', () => {
    expect(catalogue.storeNames('one')).toEqual(['a', 'a', 'b']);
    expect(catalogue.storeElsewhere('one', 'c')).toBe(true);
    expect(catalogue.storeElsewhere('two', 'c')).toBe(false);
    expect(catalogue.storeElsewhere('one', 'b')).toBe(false);
  });

  test('gives every known namespace the label of its name', () => {
    expect(catalogue.namespaceLabels('one')).toEqual({ team: 'x', 'kubernetes.io/metadata.name': 'one' });
    expect(catalogue.namespaceLabels('two')).toBeUndefined();
  });
});

describe('serviceAccountAnnotations', () => {
  const catalogue = catalogueOf(cacheOf(account('a', 'one', { role: 'r' }), account('b', 'one')));

  test.each([
    ['one', 'a', { role: 'r' }],
    ['one', 'b', {}],
    ['two', 'a', undefined],
    ['one', 'constructor', undefined],
  ])('of %s/%s are %j', (namespace, name, annotations) => {
    expect(catalogue.serviceAccountAnnotations(namespace, name)).toEqual(annotations);
  });
});

describe('where both APIs have an object', () => {
  const everywhere = [
    store('a', 'one'),
    theirs(store('a', 'one')),
    store('a'),
    theirs(store('a')),
    theirs(store('b')),
  ];

  /** What a store is found as when the first `gone` of all places are empty. */
  const foundAs = (gone: number): string => {
    const found = catalogueOf(cacheOf(...everywhere.slice(gone))).store('one', 'a');
    return `${found?.kind ?? 'none'} ${(found as KubeObject | undefined)?.apiVersion ?? ''}`;
  };

  test("a store is Keyferry's own, then theirs, of the namespace, then of the cluster", () => {
    expect([0, 1, 2, 3, 4].map(foundAs)).toEqual([
      'SecretStore keyferry.dev/v1beta1',
      'SecretStore external-secrets.io/v1',
      'ClusterSecretStore keyferry.dev/v1beta1',
      'ClusterSecretStore external-secrets.io/v1',
      'none ',
    ]);
  });

  test('a store of a kind is of that kind alone', () => {
    const catalogue = catalogueOf(cacheOf(...everywhere));
    expect(catalogue.storeOfKind('SecretStore', 'one', 'b')).toBeUndefined();
    expect(catalogue.storeOfKind('SecretStore', 'two', 'a')).toBeUndefined();
    expect(catalogue.storeOfKind('SecretStore', 'one', 'a')).toBe(everywhere[0]);
    expect(catalogue.storeOfKind('ClusterSecretStore', 'one', 'a')).toBe(everywhere[2]);
    expect(catalogue.storeOfKind('ClusterSecretStore', 'two', 'b')).toBe(everywhere[4]);
    expect(catalogue.storeNames('one')).toEqual(['a', 'a', 'a', 'a', 'b']);
  });

  test("an ExternalSecret is Keyferry's own first, and of the pod's namespace", () => {
    const [own, other, elsewhere] = [
      externalSecret('a', 'one'),
      theirs(externalSecret('a', 'one')),
      theirs(externalSecret('b', 'two')),
    ];
    const catalogue = catalogueOf(cacheOf(own, other, elsewhere));
    expect(catalogue.externalSecret('one', 'a')).toBe(own);
    expect(catalogueOf(cacheOf(other)).externalSecret('one', 'a')).toBe(other);
    expect(catalogue.externalSecret('one', 'b')).toBeUndefined();
    expect(catalogue.externalSecretNames('one')).toEqual(['a', 'a']);
    expect(catalogue.externalSecretNames('two')).toEqual(['b']);
    expect(catalogue.externalSecretElsewhere('one', 'b')).toBe(true);
    expect(catalogue.externalSecretElsewhere('two', 'b')).toBe(false);
  });
});
