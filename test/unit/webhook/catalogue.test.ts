import { describe, expect, test } from '@jest/globals';
import type { ObjectCache, ObjectKey } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { objectCache } from '../../../lib/kube/object-cache.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { catalogueOf, storeWaitMilliseconds, waitForStores } from '../../../webhook/catalogue.ts';

const store = (name: string, namespace?: string): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: namespace === undefined ? 'ClusterSecretStore' : 'SecretStore',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
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

/** A cache in which stores appear when a test says so. */
class SlowCache {
  readonly waiting: ObjectKey[] = [];
  readonly timeouts = new Set<number>();
  readonly #wake = new Map<string, (object: KubeObject | undefined) => void>();
  readonly cache: ObjectCache;
  aborted = 0;

  constructor() {
    this.cache = {
      ...cacheOf(),
      waitFor: (key, { timeoutMilliseconds, signal }) => {
        this.waiting.push(key);
        this.timeouts.add(timeoutMilliseconds);
        signal?.addEventListener('abort', () => (this.aborted += 1));
        return new Promise((resolve) => this.#wake.set(`${key.kind} ${key.name}`, resolve));
      },
    };
  }

  wake(kind: string, name: string, object: KubeObject | undefined): void {
    this.#wake.get(`${kind} ${name}`)?.(object);
  }
}

describe('waitForStores', () => {
  test('does not wait for what is known', async () => {
    await waitForStores(cacheOf(store('a')), 'one', ['a']);
    await waitForStores(cacheOf(), 'one', []);
  });

  test('waits for either kind of each, for a while, and for nothing afterwards', async () => {
    const slow = new SlowCache();
    const done = waitForStores(slow.cache, 'one', ['a', 'b']);
    expect(slow.waiting.map(({ kind, name, namespace }) => [kind, namespace, name])).toEqual([
      ['SecretStore', 'one', 'a'],
      ['ClusterSecretStore', undefined, 'a'],
      ['SecretStore', 'one', 'b'],
      ['ClusterSecretStore', undefined, 'b'],
    ]);
    expect([...slow.timeouts]).toEqual([storeWaitMilliseconds]);
    slow.wake('ClusterSecretStore', 'a', store('a'));
    slow.wake('SecretStore', 'b', undefined);
    await done;
    expect(slow.aborted).toBe(4);
  });
});
