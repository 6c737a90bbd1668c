import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../lib/kube/object.ts';
import { statusBody } from '../support/scripted-api.ts';
import { until, untilAdvancing } from '../support/until.ts';
import { list, store, stores, WatchedStores } from '../support/watched-stores.ts';

let at: WatchedStores;

beforeEach(async () => {
  at = await WatchedStores.open();
});
afterEach(() => at.close());

describe('a reflector', () => {
  test('lists, then watches from there with bookmarks, and keeps only what the transform keeps', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3, { provider: {} })]));
    });
    at.start();
    expect(at.reflector.synced).toBe(false);
    await at.reflector.whenSynced;
    await at.watching();
    expect(at.reflector.synced).toBe(true);
    expect(at.reflector.objects.get('payments', 'a')).toEqual({
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'SecretStore',
      metadata: { name: 'a', namespace: 'payments', uid: 'uid-a', resourceVersion: '3' },
      spec: { provider: {} },
    });
    const watch = at.lastWatch();
    expect(watch.path).toBe('/apis/keyferry.dev/v1beta1/secretstores');
    expect(watch.query.get('resourceVersion')).toBe('10');
    expect(watch.query.get('allowWatchBookmarks')).toBe('true');
    expect(watch.query.get('timeoutSeconds')).toBe('90');
    expect(watch.authorization).toBe('Bearer made-up-token');
  });

  test('says how old its objects are from the first list on, before the watch is open', async () => {
    at.api.handle((exchange) => {
      if (!exchange.query.has('watch')) exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    expect(at.reflector.staleMilliseconds).toBe(Infinity);
    const heard: number[] = [];
    at.reflector.objects.onChange(() => heard.push(at.reflector.staleMilliseconds));
    await at.reflector.whenSynced;
    expect(heard).toEqual([0]);
    await at.clock.advance(7_000);
    expect(at.reflector.staleMilliseconds).toBe(7_000);
  });

  describe('of a resource that was served in another version before', () => {
    const pathOf = (version: string): string => `/apis/keyferry.dev/${version}/secretstores`;

    /** Serves some versions of the resource, and no others. */
    const serve = (...versions: string[]): void => {
      at.api.handle((exchange) => {
        if (!versions.some((version) => exchange.path === pathOf(version)))
          exchange.json(404, statusBody(404));
        else if (exchange.query.has('watch')) exchange.response.writeHead(200).flushHeaders();
        else exchange.json(200, list(10, [store(versions[0] ?? '', 3)]));
      });
    };
    const paths = (): string[] => [...new Set(at.api.exchanges.map(({ path }) => path))];

    test('takes the newest that is served', async () => {
      serve('v1beta1', 'v1alpha2');
      at.start(stores, ['keyferry.dev/v1alpha2']);
      await at.watching();
      expect(paths()).toEqual([pathOf('v1beta1')]);
    });

    test('watches the older one where it has to, and the newer one once that is all there is', async () => {
      serve('v1alpha1');
      at.start(stores, ['keyferry.dev/v1alpha2', 'keyferry.dev/v1alpha1']);
      await at.watching();
      expect(paths()).toEqual(['v1beta1', 'v1alpha2', 'v1alpha1'].map(pathOf));
      expect(at.names()).toEqual(['v1alpha1']);

      serve('v1beta1');
      at.lastWatch().response.end();
      await at.watching(3);
      expect(at.lastWatch().path).toBe(pathOf('v1beta1'));
      expect(at.names()).toEqual(['v1beta1']);
    });

    test('counts as read where there is none, and looks again', async () => {
      serve();
      at.start(stores, ['keyferry.dev/v1alpha1']);
      await at.reflector.whenSynced;
      expect(at.names()).toEqual([]);
      serve('v1alpha1');
      await at.watching();
      expect(at.names()).toEqual(['v1alpha1']);
      expect(at.warnings()).toEqual([
        'secretstores.keyferry.dev are not installed on this cluster: there are none until their CustomResourceDefinition is',
      ]);
    });

    test('asks for no older one where the newest is refused', async () => {
      at.api.handle((exchange) => {
        exchange.json(403, statusBody(403));
      });
      at.start(stores, ['keyferry.dev/v1alpha1']);
      await untilAdvancing(at.clock, () => at.api.exchanges.length > 2);
      expect(paths()).toEqual([pathOf('v1beta1')]);
    });
  });

  test('follows added, modified and deleted objects and goes on from the last version, bookmarks included', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    await at.watching();
    const changes: string[] = [];
    at.reflector.objects.onChange((change) => changes.push(change.type));
    at.lastWatch().event('ADDED', store('b', 11));
    at.lastWatch().event('MODIFIED', store('a', 12, { changed: true }));
    at.lastWatch().event('DELETED', store('b', 13));
    await until(() => changes.length === 3);
    expect(changes).toEqual(['added', 'modified', 'deleted']);
    expect(at.names()).toEqual(['a']);
    at.lastWatch().event('BOOKMARK', { kind: 'SecretStore', metadata: { resourceVersion: '40' } });
    at.lastWatch().response.end();
    await at.watching(2);
    expect(at.lastWatch().query.get('resourceVersion')).toBe('40');
    expect(at.api.exchanges.filter(({ query }) => !query.has('watch'))).toHaveLength(1);
  });

  test('reads long lists in pages, and in one piece when the server forgets the rest', async () => {
    at.serve((exchange) => {
      const token = exchange.query.get('continue');
      if (!exchange.query.has('limit'))
        exchange.json(200, list(12, [store('a', 1), store('b', 2), store('c', 3)]));
      else if (token === null) exchange.json(200, list(10, [store('a', 1), store('gone', 1)], 'page-2'));
      else if (token === 'page-2') exchange.json(200, list(10, [store('b', 2)], 'page-3'));
      else exchange.json(410, statusBody(410, 'the continue token is too old'));
    });
    at.start();
    await at.watching();
    expect(at.names()).toEqual(['a', 'b', 'c']);
    expect(at.lastWatch().query.get('resourceVersion')).toBe('12');
    expect(at.api.exchanges[0]!.query.get('limit')).toBe('500');
  });

  test('waitFor: at once, when it appears, not at all', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, [store('a', 3)]));
    });
    at.start();
    await at.watching();
    const wait = (name: string, signal?: AbortSignal): Promise<KubeObject | undefined> =>
      at.reflector.objects.waitFor('payments', name, { timeoutMilliseconds: 2000, signal });
    expect((await wait('a'))?.metadata.name).toBe('a');
    const appears = wait('b');
    at.lastWatch().event('ADDED', store('b', 11));
    expect((await appears)?.metadata.name).toBe('b');
    const never = wait('c');
    await at.clock.advance(2000);
    expect(await never).toBeUndefined();
    const abort = new AbortController();
    const aborted = wait('c', abort.signal);
    abort.abort();
    expect(await aborted).toBeUndefined();
    const stopped = wait('c');
    await at.reflector.stop();
    expect(await stopped).toBeUndefined();
  });

  test('selects one object by name, in a namespace', async () => {
    at.serve((exchange) => {
      exchange.json(200, list(10, []));
    });
    at.start({ ...stores, namespace: 'payments', name: 'a' });
    await at.watching();
    for (const exchange of at.api.exchanges) {
      expect(exchange.path).toBe('/apis/keyferry.dev/v1beta1/namespaces/payments/secretstores');
      expect(exchange.query.get('fieldSelector')).toBe('metadata.name=a');
    }
  });

  test('stops while it is connecting, and leaves nothing running', async () => {
    at.api.handle(() => undefined);
    at.start();
    await until(() => at.api.exchanges.length === 1);
    await at.reflector.stop();
    await at.reflector.whenSynced;
    expect(at.reflector.synced).toBe(false);
    expect(at.clock.untilNext()).toBeUndefined();
  });
});
