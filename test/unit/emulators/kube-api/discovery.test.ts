import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi } from '../../../emulators/kube-api/kube-api.ts';
import { definition } from './support.ts';

let api: KubeApi;
beforeEach(async () => {
  api = await startKubeApi();
});
afterEach(async () => {
  await api.close();
});

test('the versions and groups that there are', async () => {
  expect((await api.request({ path: '/api' })).body).toEqual({ kind: 'APIVersions', versions: ['v1'] });
  const version = { groupVersion: 'apps/v1', version: 'v1' };
  expect((await api.request({ path: '/apis' })).body).toMatchObject({
    kind: 'APIGroupList',
    groups: expect.arrayContaining([
      { name: 'apps', versions: [version], preferredVersion: version },
    ]) as unknown,
  });
});

test('the resources of a version, those of definitions too', async () => {
  const secret = { name: 'secrets', singularName: 'secret', namespaced: true, kind: 'Secret' };
  expect((await api.request({ path: '/api/v1' })).body).toMatchObject({
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: expect.arrayContaining([expect.objectContaining(secret)]) as unknown,
  });
  expect((await api.request({ path: '/apis/keyferry.dev/v1beta1' })).status).toBe(404);
  api.apply(definition('secretstores', 'SecretStore'));
  expect((await api.request({ path: '/apis/keyferry.dev/v1beta1' })).body).toMatchObject({
    resources: [{ name: 'secretstores', kind: 'SecretStore' }],
  });
});

test.each(['/', '/api/v2', '/apis/apps', '/apis/apps/v9', '/healthz'])('nothing at %s', async (path) => {
  expect((await api.request({ path })).status).toBe(404);
});
