import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi } from '../../../emulators/kube-api/kube-api.ts';
import { configMap, definition, namespace, pod, secretStore } from './support.ts';

let api: KubeApi;
beforeEach(async () => {
  api = await startKubeApi();
  api.apply(namespace('shop'));
});
afterEach(async () => {
  await api.close();
});

const maps = '/api/v1/namespaces/shop/configmaps';
const stores = '/apis/keyferry.dev/v1beta1/namespaces/shop/secretstores';

describe('reading', () => {
  test('one object, with what the server sets', async () => {
    api.apply(configMap('trust', { a: '1' }));
    const { status, body } = await api.request({ path: `${maps}/trust` });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'trust',
        namespace: 'shop',
        generation: 1,
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      },
      data: { a: '1' },
    });
  });

  test('what is not there', async () => {
    expect(await api.request({ path: `${maps}/nothing` })).toMatchObject({
      status: 404,
      body: {
        kind: 'Status',
        status: 'Failure',
        reason: 'NotFound',
        code: 404,
        message: 'configmaps "nothing" not found',
      },
    });
  });

  test('lists: one namespace, all, selected, in pages of one revision', async () => {
    api.apply(
      namespace('other'),
      configMap('a', {}, { tier: 'gold' }),
      configMap('b'),
      configMap('c', {}, { tier: 'tin' }),
    );
    api.apply({ ...configMap('a'), metadata: { name: 'a', namespace: 'other' } });
    const namesOf = async (path: string): Promise<string[]> => {
      const { body } = await api.request({ path });
      return (body as { items: { metadata: { namespace: string; name: string } }[] }).items.map(
        ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
      );
    };
    expect(await namesOf(maps)).toEqual(['shop/a', 'shop/b', 'shop/c']);
    expect(await namesOf('/api/v1/configmaps')).toEqual(['other/a', 'shop/a', 'shop/b', 'shop/c']);
    expect(await namesOf(`${maps}?fieldSelector=metadata.name%3Db`)).toEqual(['shop/b']);
    expect(
      await namesOf('/api/v1/configmaps?fieldSelector=metadata.name=a,metadata.namespace!=other'),
    ).toEqual(['shop/a']);
    for (const [selector, names] of [
      ['tier', ['a', 'c']],
      ['!tier', ['b']],
      ['tier=gold', ['a']],
      ['tier!=gold', ['b', 'c']],
      ['tier in (gold, tin)', ['a', 'c']],
      ['tier,tier notin (tin)', ['a']],
    ] as const) {
      expect(await namesOf(`${maps}?labelSelector=${encodeURIComponent(selector)}`)).toEqual(
        names.map((name) => `shop/${name}`),
      );
    }

    const first = await api.request({ path: `${maps}?limit=2` });
    const { metadata } = first.body as {
      metadata: { continue: string; resourceVersion: string; remainingItemCount: number };
    };
    expect(metadata.remainingItemCount).toBe(1);
    api.apply(configMap('d'));
    const second = await api.request({ path: `${maps}?limit=2&continue=${metadata.continue}` });
    expect(second.body).toMatchObject({
      kind: 'ConfigMapList',
      metadata: { resourceVersion: metadata.resourceVersion },
    });
    expect((second.body as { items: unknown[] }).items).toEqual([
      expect.objectContaining({ metadata: expect.objectContaining({ name: 'c' }) }),
    ]);
    api.compact();
    expect(await api.request({ path: `${maps}?continue=${metadata.continue}` })).toMatchObject({
      status: 410,
      body: { reason: 'Expired' },
    });
  });

  test('items of built-in lists leave out what they are, those of others do not', async () => {
    api.apply(definition('secretstores', 'SecretStore'), configMap('a'), secretStore('files'));
    const first = async (path: string) =>
      ((await api.request({ path })).body as { items: unknown[] }).items[0];
    expect(await first(maps)).not.toHaveProperty('kind');
    expect(await first(stores)).toMatchObject({ apiVersion: 'keyferry.dev/v1beta1', kind: 'SecretStore' });
  });

  test('the version', async () => {
    expect((await api.request({ path: '/version' })).body).toMatchObject({
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0',
    });
  });
});

describe('faults', () => {
  test('are what a test asks for', async () => {
    api.fault = ({ path }) =>
      path.endsWith('/configmaps') ? { kind: 'status', code: 429, retryAfterSeconds: 1 } : undefined;
    expect(await api.request({ path: maps })).toMatchObject({
      status: 429,
      body: { reason: 'TooManyRequests' },
    });
    expect((await api.request({ path: '/version' })).status).toBe(200);
    api.fault = () => ({ kind: 'drop' });
    await expect(api.request({ path: maps })).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(api.requests.map(({ status }) => status)).toEqual([429, 200, 0]);
  });

  test('a server that comes back on its port is the same to its clients', async () => {
    const { port, certificate } = api;
    await api.close();
    api = await startKubeApi({ port, certificate });
    expect((await api.request({ path: '/version' })).status).toBe(200);
  });
});

test('the log has no bodies', async () => {
  await api.request({
    method: 'POST',
    path: maps,
    body: { metadata: { name: 'a' }, data: { key: 'canary' } },
  });
  await api.request({ method: 'POST', path: '/api/v1/namespaces/shop/pods', body: pod('a') });
  expect(JSON.stringify(api.requests)).not.toContain('canary');
  expect(api.requests[0]).toEqual({
    method: 'POST',
    path: maps,
    user: 'kubernetes-admin',
    status: 201,
    auditAnnotations: {},
  });
});
