import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi } from '../../../emulators/kube-api/kube-api.ts';
import { configMap, definition, namespace, secretStore } from './support.ts';

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

describe('writing', () => {
  test('create, with a given and with a generated name', async () => {
    const created = await api.request({
      method: 'POST',
      path: maps,
      body: { data: {}, metadata: { name: 'a' } },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { kind: 'ConfigMap', metadata: { name: 'a', namespace: 'shop' } },
    });
    const generated = await api.request({
      method: 'POST',
      path: maps,
      body: { metadata: { generateName: 'web-' } },
    });
    expect(generated.body).toMatchObject({ metadata: { name: expect.stringMatching(/^web-[0-9a-f]{5}$/) } });
    expect(
      await api.request({ method: 'POST', path: maps, body: { metadata: { name: 'a' } } }),
    ).toMatchObject({
      status: 409,
      body: { reason: 'AlreadyExists', message: 'configmaps "a" already exists' },
    });
  });

  test('update, with and without the version that was read', async () => {
    const [stored] = api.apply(configMap('a', { x: '1' }));
    const path = `${maps}/a`;
    const put = (body: unknown) => api.request({ method: 'PUT', path, body });
    const changed = await put({ ...stored, data: { x: '2' } });
    expect(changed).toMatchObject({
      status: 200,
      body: { data: { x: '2' }, metadata: { uid: stored?.metadata.uid, generation: 2 } },
    });
    expect(await put({ ...stored, data: { x: '3' } })).toMatchObject({
      status: 409,
      body: {
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      },
    });
    expect((await put({ metadata: {}, data: { x: '2' } })).body).toEqual(changed.body);
    expect((await put({ metadata: { uid: 'other' } })).status).toBe(409);
    api.apply(definition('secretstores', 'SecretStore'), secretStore('files'));
    expect(
      await api.request({ method: 'PUT', path: `${stores}/files`, body: secretStore('files') }),
    ).toMatchObject({ status: 422 });
  });

  test('patches: merge and JSON, with preconditions', async () => {
    const [stored] = api.apply(configMap('a', { x: '1', y: '1' }));
    const patch = (contentType: string, body: unknown) =>
      api.request({ method: 'PATCH', path: `${maps}/a`, contentType, body });
    const merge = 'application/merge-patch+json';
    const json = 'application/json-patch+json';
    expect(await patch(merge, { data: { x: null, z: '3' } })).toMatchObject({
      status: 200,
      body: { data: { y: '1', z: '3' } },
    });
    expect(api.get('configmaps', 'a', 'shop')?.['data']).toEqual({ y: '1', z: '3' });
    const { resourceVersion } = stored?.metadata ?? {};
    expect(await patch(merge, { metadata: { resourceVersion }, data: {} })).toMatchObject({ status: 409 });
    const test = { op: 'test', path: '/data/y', value: '2' };
    const replace = { op: 'replace', path: '/data/y', value: '9' };
    expect(await patch(json, [test, replace])).toMatchObject({ status: 422, body: { reason: 'Invalid' } });
    expect(api.get('configmaps', 'a', 'shop')?.['data']).toEqual({ y: '1', z: '3' });
    expect(await patch(json, [{ ...test, value: '1' }, replace])).toMatchObject({
      status: 200,
      body: { data: { y: '9' } },
    });
    expect(
      await patch(json, [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }]),
    ).toMatchObject({ status: 409 });
    expect(await patch(json, { op: 'test' })).toMatchObject({ status: 400 });
    for (const other of [
      'application/apply-patch+yaml',
      'application/strategic-merge-patch+json',
      'application/json',
    ]) {
      expect(await patch(other, {})).toMatchObject({
        status: 415,
        body: { kind: 'Status', reason: 'UnsupportedMediaType' },
      });
    }
  });

  test('what changes nothing gets no new version', async () => {
    const [stored] = api.apply(configMap('a', { x: '1' }));
    const { body } = await api.request({
      method: 'PATCH',
      path: `${maps}/a`,
      contentType: 'application/merge-patch+json',
      body: { data: { x: '1' } },
    });
    expect(body).toMatchObject({ metadata: { resourceVersion: stored?.metadata.resourceVersion } });
  });

  test('delete, with preconditions', async () => {
    const [stored] = api.apply(configMap('a'));
    const remove = (body?: unknown) => api.request({ method: 'DELETE', path: `${maps}/a`, body });
    expect(await remove({ preconditions: { uid: 'other' } })).toMatchObject({ status: 409 });
    expect(await remove({ preconditions: { uid: stored?.metadata.uid } })).toMatchObject({
      status: 200,
      body: { status: 'Success', details: { name: 'a', kind: 'configmaps' } },
    });
    expect((await remove()).status).toBe(404);
  });

  test.each([
    [
      'a body that is no JSON',
      { method: 'POST', path: maps, contentType: 'application/yaml', body: {} },
      415,
    ],
    ['another kind', { method: 'POST', path: maps, body: { kind: 'Pod', metadata: { name: 'a' } } }, 400],
    [
      'another namespace',
      { method: 'POST', path: maps, body: { metadata: { name: 'a', namespace: 'other' } } },
      400,
    ],
    ['another name', { method: 'PUT', path: `${maps}/here`, body: { metadata: { name: 'there' } } }, 400],
    ['no name', { method: 'POST', path: maps, body: { metadata: {} } }, 422],
    ['a bad name', { method: 'POST', path: maps, body: { metadata: { name: 'A_b' } } }, 422],
    ['finalizers', { method: 'POST', path: maps, body: { metadata: { name: 'a', finalizers: ['x'] } } }, 422],
    [
      'a version at creation',
      { method: 'POST', path: maps, body: { metadata: { name: 'a', resourceVersion: '1' } } },
      400,
    ],
    [
      'a namespace that is not there',
      { method: 'POST', path: '/api/v1/namespaces/nowhere/configmaps', body: { metadata: { name: 'a' } } },
      404,
    ],
    ['a dry run', { method: 'POST', path: `${maps}?dryRun=All`, body: { metadata: { name: 'a' } } }, 400],
    ['a list', { method: 'POST', path: maps, body: [] }, 400],
    ['a whole collection', { method: 'DELETE', path: maps }, 405],
    ['a method that is not there', { method: 'POST', path: `${maps}/a` }, 405],
    ['an unknown field selector', { path: `${maps}?fieldSelector=spec.nodeName%3Da` }, 400],
    ['a bad label selector', { path: `${maps}?labelSelector=a%3D%3D%3Db` }, 400],
    ['a bad limit', { path: `${maps}?limit=-1` }, 400],
  ] as const)('%s is refused with a Status', async (_, request, status) => {
    api.apply(configMap('here'));
    expect(await api.request(request)).toMatchObject({
      status,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status },
    });
  });
});
