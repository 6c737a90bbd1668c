import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { ObjectStore, type ObjectChange } from '../../../lib/kube/object-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const object = (name: string, resourceVersion = '1', namespace = 'a'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, namespace, resourceVersion },
});
const describeChange = (change: ObjectChange<KubeObject>): string =>
  `${change.type} ${(change.type === 'deleted' ? change.previous : change.object).metadata.name}`;

const storeWithChanges = () => {
  const clock = new ManualClock();
  const store = new ObjectStore<KubeObject>(clock);
  const changes: string[] = [];
  const unsubscribe = store.onChange((change) => changes.push(describeChange(change)));
  return { clock, store, changes, unsubscribe };
};

describe('an object store', () => {
  test('finds by namespace and name, lists in order', () => {
    const { store } = storeWithChanges();
    store.replace([object('b'), object('a'), object('constructor', '1', 'B')]);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['constructor', 'a', 'b']);
    expect(store.get('a', 'b')).toEqual(object('b'));
    expect(store.get('a', 'constructor')).toBeUndefined();
    expect(store.get(undefined, 'b')).toBeUndefined();
    expect(store.size).toBe(3);
  });

  test('lists a namespace, in the very same list as long as nothing in it changes', () => {
    const { store } = storeWithChanges();
    const [a, b, other] = [object('a'), object('b'), object('a', '1', 'B')];
    store.replace([b, a, other]);
    const list = store.listIn('a');
    expect(list).toEqual([a, b]);
    store.set(object('c', '1', 'B'));
    store.replace([a, b, other]);
    expect(store.listIn('a')).toBe(list);
    expect(store.listIn('B')).toEqual([other]);

    store.set(object('b', '2'));
    expect(store.listIn('a')).toEqual([a, object('b', '2')]);
    store.delete('a', 'a');
    store.delete('a', 'b');
    expect(store.listIn('a')).toEqual([]);
    expect(store.listIn('a')).toBe(store.listIn('nowhere'));
  });

  test('a replacement is one step: listeners see all of the new content', () => {
    const { store } = storeWithChanges();
    store.replace([object('a'), object('b')]);
    const seen: string[][] = [];
    store.onChange(() => seen.push(store.list().map(({ metadata }) => metadata.name)));
    store.replace([object('b', '2'), object('c')]);
    expect(seen).toEqual([
      ['b', 'c'],
      ['b', 'c'],
      ['b', 'c'],
    ]);
  });

  test('tells each difference once, and nothing where the version is the same', () => {
    const { store, changes, unsubscribe } = storeWithChanges();
    store.replace([object('a'), object('b')]);
    store.replace([object('a'), object('b', '2'), object('c')]);
    store.set(object('c'));
    store.delete('a', 'a');
    store.delete('a', 'nobody');
    unsubscribe();
    store.set(object('unheard'));
    expect(changes).toEqual(['added a', 'added b', 'modified b', 'added c', 'deleted a']);
  });

  test('wakes everybody who waits for an object, and forgets them', async () => {
    const { store, clock } = storeWithChanges();
    const both = [1, 2].map(() => store.waitFor('a', 'x', { timeoutMilliseconds: 2000 }));
    store.set(object('y'));
    store.set(object('x'));
    expect(await Promise.all(both)).toEqual([object('x'), object('x')]);
    expect(clock.untilNext()).toBeUndefined();
  });

  test('gives up at the time given, not before', async () => {
    const { store, clock } = storeWithChanges();
    let outcome: unknown = 'waiting';
    void store.waitFor('a', 'x', { timeoutMilliseconds: 2000 }).then((found) => {
      outcome = found;
    });
    await clock.advance(1999);
    expect(outcome).toBe('waiting');
    await clock.advance(1);
    expect(outcome).toBeUndefined();
  });
});
