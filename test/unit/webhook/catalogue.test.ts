import { describe, expect, test } from '@jest/globals';
import type { ObjectCache, ObjectKey } from '../../../lib/kube/cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { objectCache } from '../../../lib/kube/object-cache.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { catalogueOf, waitForObjects, waitMilliseconds, type Wanted } from '../../../webhook/catalogue.ts';

const store = (name: string, namespace?: string): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: namespace === undefined ? 'ClusterSecretStore' : 'SecretStore',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
});

const awsStore = (name: string, namespace: string): KubeObject => ({
  ...store(name, namespace),
  spec: { provider: { aws: {} } },
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

/** A cache in which objects appear when a test says so. */
class SlowCache {
  readonly waiting: ObjectKey[] = [];
  readonly timeouts = new Set<number>();
  readonly #wake = new Map<string, (object: KubeObject | undefined) => void>();
  readonly #objects: KubeObject[];
  readonly cache: ObjectCache;
  aborted = 0;

  constructor(...objects: KubeObject[]) {
    this.#objects = objects;
    this.cache = {
      ...cacheOf(),
      get: (key) => cacheOf(...this.#objects).get(key),
      waitFor: (key, { timeoutMilliseconds, signal }) => {
        this.waiting.push(key);
        this.timeouts.add(timeoutMilliseconds);
        signal?.addEventListener('abort', () => (this.aborted += 1));
        return new Promise((resolve) => this.#wake.set(`${key.kind} ${key.name}`, resolve));
      },
    };
  }

  wake(kind: string, name: string, object: KubeObject | undefined): void {
    if (object !== undefined) this.#objects.push(object);
    this.#wake.get(`${kind} ${name}`)?.(object);
  }
}

const wanted = (...stores: string[]): Wanted => ({ namespace: 'one', stores, serviceAccount: 'api' });

/** Whether a promise is settled once everything that is ready to run has run. */
const isSettled = async (promise: Promise<void>): Promise<boolean> => {
  const pending = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([promise.then(() => true), pending]);
};

describe('waitForObjects', () => {
  test('does not wait for what is known, nor for a ServiceAccount that no store needs', async () => {
    for (const slow of [
      new SlowCache(store('a')),
      new SlowCache(awsStore('a', 'one'), account('api', 'one')),
    ]) {
      await waitForObjects(slow.cache, wanted('a'));
      expect(slow.waiting).toEqual([]);
    }
    await waitForObjects(cacheOf(), wanted());
  });

  test('waits for either kind of each, for a while, and for nothing afterwards', async () => {
    const slow = new SlowCache();
    const done = waitForObjects(slow.cache, wanted('a', 'b'));
    expect(slow.waiting.map(({ kind, name, namespace }) => [kind, namespace, name])).toEqual([
      ['ServiceAccount', 'one', 'api'],
      ['SecretStore', 'one', 'a'],
      ['ClusterSecretStore', undefined, 'a'],
      ['SecretStore', 'one', 'b'],
      ['ClusterSecretStore', undefined, 'b'],
    ]);
    expect([...slow.timeouts]).toEqual([waitMilliseconds]);
    slow.wake('ClusterSecretStore', 'a', store('a'));
    expect(await isSettled(done)).toBe(false);
    slow.wake('SecretStore', 'b', store('b', 'one'));
    await done;
    expect(slow.aborted).toBe(5);
  });

  test('waits for the ServiceAccount where a store reads its annotations', async () => {
    const slow = new SlowCache(awsStore('a', 'one'), account('other', 'one'));
    const done = waitForObjects(slow.cache, wanted('a'));
    expect(slow.waiting.map(({ kind, name }) => [kind, name])).toEqual([['ServiceAccount', 'api']]);
    expect(await isSettled(done)).toBe(false);
    slow.wake('ServiceAccount', 'api', account('api', 'one'));
    await done;
  });

  test('also where that store comes first, and the time is counted from the beginning', async () => {
    const slow = new SlowCache();
    const done = waitForObjects(slow.cache, wanted('a'));
    slow.wake('SecretStore', 'a', awsStore('a', 'one'));
    expect(await isSettled(done)).toBe(false);
    slow.wake('ServiceAccount', 'api', undefined);
    await done;
    expect(slow.waiting.filter(({ kind }) => kind === 'ServiceAccount')).toHaveLength(1);
  });

  test('goes on without what does not come', async () => {
    const slow = new SlowCache();
    const done = waitForObjects(slow.cache, wanted('a'));
    for (const [kind, name] of [
      ['SecretStore', 'a'],
      ['ClusterSecretStore', 'a'],
      ['ServiceAccount', 'api'],
    ] as const)
      slow.wake(kind, name, undefined);
    await done;
  });
});
