import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi } from '../../../emulators/kube-api/kube-api.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { configMap, definition, namespace } from './support.ts';

let api: KubeApi;
let clock: ManualClock;
let open: ClientRequest[] = [];
beforeEach(async () => {
  clock = new ManualClock();
  api = await startKubeApi({ clock });
  api.apply(namespace('shop'));
});
afterEach(async () => {
  for (const request of open) request.destroy();
  open = [];
  await api.close();
});

interface Event {
  readonly type: string;
  readonly object: {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string };
    readonly code?: number;
  };
}

/** The events of a watch, one by one; undefined at its end. */
const watch = async (query: string, path = '/api/v1/namespaces/shop/configmaps') => {
  const request = httpsRequest(new URL(`${path}?watch=true&${query}`, api.url), {
    ca: api.caPem,
    agent: false,
    headers: { Authorization: `Bearer ${api.tokenOf('kubernetes-admin')}` },
  });
  open.push(request);
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const lines = createInterface(response)[Symbol.asyncIterator]();
  return {
    status: response.statusCode,
    next: async (): Promise<Event | undefined> => {
      const line = await lines.next();
      return line.done === true ? undefined : (JSON.parse(line.value) as Event);
    },
    broken: once(response, 'error').then(([error]) => error as NodeJS.ErrnoException),
  };
};

const seen = (event: Event | undefined): string =>
  `${event?.type ?? ''} ${event?.object.metadata.name ?? ''}`;
const version = async (): Promise<string> => {
  const { body } = await api.request({ path: '/api/v1/namespaces/shop/configmaps' });
  return (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
};

describe('a watch', () => {
  test('goes on from a version, with what has happened since and what happens', async () => {
    api.apply(configMap('a'));
    const from = await version();
    api.apply(configMap('b'));
    const events = await watch(`resourceVersion=${from}`);
    expect(seen(await events.next())).toBe('ADDED b');
    api.apply(configMap('a', { x: '1' }), {
      ...configMap('a'),
      metadata: { name: 'a', namespace: 'default' },
    });
    api.delete('configmaps', 'b', 'shop');
    const changed = await events.next();
    expect(seen(changed)).toBe('MODIFIED a');
    const deleted = await events.next();
    expect(seen(deleted)).toBe('DELETED b');
    expect(Number(deleted?.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(changed?.object.metadata.resourceVersion),
    );
  });

  test.each(['', 'resourceVersion=0'])('without a version (%j) begins with everything', async (query) => {
    api.apply(configMap('a'), configMap('b'));
    const events = await watch(query);
    expect([seen(await events.next()), seen(await events.next())]).toEqual(['ADDED a', 'ADDED b']);
  });

  test('with a selector sees objects come and go that begin and cease to fit', async () => {
    const events = await watch('labelSelector=tier%3Dgold');
    api.apply(configMap('a'));
    api.apply(configMap('a', {}, { tier: 'gold' }));
    api.apply(configMap('a', { x: '1' }, { tier: 'gold' }));
    api.apply(configMap('a', {}, { tier: 'tin' }));
    const three = [await events.next(), await events.next(), await events.next()];
    expect(three.map(seen)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
  });

  test('from before a compaction gets 410 Gone as an event, and ends', async () => {
    const from = await version();
    api.compact();
    const events = await watch(`resourceVersion=${from}`);
    expect(events.status).toBe(200);
    expect(await events.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await events.next()).toBeUndefined();
    const after = await watch(`resourceVersion=${await version()}`);
    api.apply(configMap('a'));
    expect(seen(await after.next())).toBe('ADDED a');
  });

  test('that is open outlives a compaction, and can be failed', async () => {
    const events = await watch('');
    api.compact();
    api.apply(configMap('a'));
    expect(seen(await events.next())).toBe('ADDED a');
    api.failWatches('configmaps');
    expect(await events.next()).toMatchObject({ type: 'ERROR', object: { code: 410 } });
    expect(await events.next()).toBeUndefined();
  });

  test('gets bookmarks where it asks for them', async () => {
    const events = await watch('allowWatchBookmarks=true');
    const deaf = await watch('');
    api.apply(configMap('a'));
    await events.next();
    api.apply(namespace('elsewhere'));
    api.bookmark();
    const bookmark = await events.next();
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1' } });
    expect(Number(bookmark?.object.metadata.resourceVersion)).toBeGreaterThan(
      Number(api.get('configmaps', 'a', 'shop')?.metadata.resourceVersion),
    );
    api.endWatches();
    expect([seen(await deaf.next()), await deaf.next()]).toEqual(['ADDED a', undefined]);
  });

  test('ends in good order after its timeout, with a last bookmark', async () => {
    const events = await watch('timeoutSeconds=300&allowWatchBookmarks=true');
    await clock.sleeping();
    await clock.advance(299_999);
    expect(api.openWatches('configmaps')).toBe(1);
    await clock.advance(1);
    expect((await events.next())?.type).toBe('BOOKMARK');
    expect(await events.next()).toBeUndefined();
    expect(api.openWatches()).toBe(0);
  });

  test('can be cut', async () => {
    const events = await watch('');
    expect(api.openWatches()).toBe(1);
    api.dropWatches('configmaps');
    expect((await events.broken).message).toBe('aborted');
    expect(api.openWatches()).toBe(0);
  });

  test('that its client leaves is forgotten', async () => {
    await watch('timeoutSeconds=300');
    await clock.sleeping();
    open[0]?.destroy();
    // Closing takes a turn of the event loop on either side.
    while (api.openWatches() > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.untilNext()).toBeUndefined();
  });

  test('of a definition that goes ends, after all its objects have gone', async () => {
    api.apply(definition('secretstores', 'SecretStore'));
    api.apply({
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'SecretStore',
      metadata: { name: 'files', namespace: 'shop' },
    });
    const events = await watch('', '/apis/keyferry.dev/v1beta1/secretstores');
    expect(seen(await events.next())).toBe('ADDED files');
    api.delete('customresourcedefinitions', 'secretstores.keyferry.dev');
    expect(seen(await events.next())).toBe('DELETED files');
    expect(await events.next()).toBeUndefined();
  });
});
