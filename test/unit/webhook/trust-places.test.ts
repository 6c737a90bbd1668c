import { expect, test } from '@jest/globals';
import { parseBrokerInstall } from '../../../lib/broker/install.ts';
import { objectCache } from '../../../lib/kube/object-cache.ts';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { trustPlaces } from '../../../webhook/trust-places.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const apiVersion = 'keyferry.dev/v1beta1';

const store: KubeObject = {
  apiVersion,
  kind: 'ClusterSecretStore',
  metadata: { name: 'shared' },
  spec: {
    via: 'broker',
    provider: { vault: { server: 'https://vault.example', path: 'kv', auth: { jwt: { role: 'all' } } } },
  },
};

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const externalSecret = (of: string): KubeObject => ({
  apiVersion,
  kind: 'ExternalSecret',
  metadata: { name: 'db', namespace: of },
  spec: {
    secretStoreRef: { name: 'shared', kind: 'ClusterSecretStore' },
    data: [{ secretKey: 'a', remoteRef: { key: 'a' } }],
  },
});

const installOf = (text: string) => {
  const install = parseBrokerInstall(text);
  if (!install.ok) throw new Error(install.error.join());
  return install.value;
};

test('the namespaces of pods with broker plans, worked out once for the same objects', () => {
  const clock = new ManualClock();
  const cache = objectCache(
    [store, namespace('payments'), namespace('billing'), externalSecret('payments')],
    clock,
  );
  let install = installOf('');
  const places = trustPlaces({ cache, install: () => install, clock });
  const first = places.current();
  expect(first).toEqual(new Set(['payments']));
  expect(places.current()).toBe(first);
  install = installOf('');
  expect(places.current()).not.toBe(first);
  expect(places.current()).toEqual(first);
});

test('none are known before the caches are', () => {
  const clock = new ManualClock();
  const cache = { ...objectCache([store], clock), synced: false };
  expect(trustPlaces({ cache, install: () => installOf(''), clock }).current()).toBeUndefined();
});

test('that the caches are known is told, though nothing has changed then: the last one to be read may be empty', async () => {
  const clock = new ManualClock();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const cache = {
    ...objectCache([store, namespace('payments'), externalSecret('payments')], clock),
    synced: false,
    whenSynced: promise.then(() => undefined),
  };
  const places = trustPlaces({ cache, install: () => installOf(''), clock });
  const told: (ReadonlySet<string> | undefined)[] = [];
  const tell = (): void => {
    told.push(places.current());
  };
  places.onChange(tell);
  const end = places.onChange(tell);
  end();
  expect(told).toEqual([]);
  cache.synced = true;
  resolve(undefined);
  await clock.advance(0);
  expect(told).toEqual([new Set(['payments'])]);
});

/** A cache that is told what happens, as a watch tells it. */
const toldCache = (clock: ManualClock) => {
  const listeners: Parameters<ReturnType<typeof objectCache>['onChange']>[1][] = [];
  const cache: ReturnType<typeof objectCache> = {
    ...objectCache([store, namespace('payments')], clock),
    onChange: (_kind, listener) => {
      listeners.push(listener);
      return () => listeners.splice(listeners.indexOf(listener), 1);
    },
  };
  return { cache, listeners };
};

test('many changes at once are told once; a status is none', async () => {
  const clock = new ManualClock();
  const { cache, listeners } = toldCache(clock);
  const places = trustPlaces({ cache, install: () => installOf(''), clock });
  let told = 0;
  const end = places.onChange(() => {
    told += 1;
  });
  const object = externalSecret('payments');
  const previous = { ...object, metadata: { ...object.metadata, resourceVersion: '1' } };
  for (const listener of [...listeners]) listener({ type: 'modified', object, previous });
  await clock.advance(1000);
  expect(told).toBe(0);

  for (const listener of [...listeners]) listener({ type: 'added', object });
  for (const listener of [...listeners]) listener({ type: 'deleted', previous: object });
  await clock.advance(1000);
  expect(told).toBe(1);

  for (const listener of [...listeners]) listener({ type: 'added', object });
  end();
  await clock.advance(1000);
  expect(told).toBe(1);
});
