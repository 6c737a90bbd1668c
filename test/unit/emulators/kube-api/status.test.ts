import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi } from '../../../emulators/kube-api/kube-api.ts';
import { definition, namespace, secretStore } from './support.ts';

let api: KubeApi;
const path = '/apis/keyferry.dev/v1beta1/namespaces/shop/secretstores';
const mergePatch = 'application/merge-patch+json';

const withStatus = (plural: string, kind: string): ReturnType<typeof definition> => {
  const plain = definition(plural, kind);
  const spec = plain['spec'] as { readonly versions: readonly object[] };
  const versions = spec.versions.map((version) => ({ ...version, subresources: { status: {} } }));
  return { ...plain, spec: { ...spec, versions } };
};

beforeEach(async () => {
  api = await startKubeApi();
  api.apply(
    namespace('shop'),
    withStatus('secretstores', 'SecretStore'),
    definition('externalsecrets', 'ExternalSecret'),
  );
});
afterEach(async () => {
  await api.close();
});

const patch = (to: string, body: object): ReturnType<KubeApi['request']> =>
  api.request({ method: 'PATCH', path: `${path}/${to}`, body, contentType: mergePatch });
const stored = (): ReturnType<KubeApi['get']> => api.get('secretstores.keyferry.dev', 'a', 'shop');

describe('a status that is apart', () => {
  test('is written through its own path, which changes nothing else', async () => {
    const [before] = api.apply(secretStore('a'));
    const answer = await patch('a/status', {
      metadata: { labels: { a: 'b' } },
      spec: { provider: {} },
      status: { lastChecked: 'now' },
    });
    expect(answer).toMatchObject({ status: 200, body: { status: { lastChecked: 'now' } } });
    expect(stored()).toEqual({
      ...before,
      metadata: { ...before?.metadata, resourceVersion: expect.any(String) },
      status: { lastChecked: 'now' },
    });
    expect(stored()?.metadata.resourceVersion).not.toBe(before?.metadata.resourceVersion);
  });

  test('is left as it is by every other write', async () => {
    await api.request({ method: 'POST', path, body: { ...secretStore('a'), status: { from: 'creation' } } });
    expect(stored()).not.toHaveProperty('status');
    await patch('a/status', { status: { from: 'status' } });
    await patch('a', { spec: { provider: { vault: {} } }, status: { from: 'patch' } });
    expect(stored()).toMatchObject({ metadata: { generation: 2 }, status: { from: 'status' } });
    const { resourceVersion } = stored()?.metadata ?? {};
    const body = { ...secretStore('a', 'shop', { resourceVersion }), status: { from: 'update' } };
    expect((await api.request({ method: 'PUT', path: `${path}/a`, body })).status).toBe(200);
    expect(stored()).toMatchObject({ status: { from: 'status' } });
    api.apply(secretStore('a', 'shop', { labels: { team: 'shop' } }));
    expect(stored()).toMatchObject({ status: { from: 'status' } });
  });

  test('is not written to another version than the one that was read', async () => {
    const [before] = api.apply(secretStore('a'));
    const { resourceVersion } = before?.metadata ?? {};
    api.apply(secretStore('a', 'shop', { labels: { team: 'shop' } }));
    const answer = await patch('a/status', { metadata: { resourceVersion }, status: { x: 1 } });
    expect(answer).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
  });

  test('reads as the object does', async () => {
    api.apply(secretStore('a'));
    expect(await api.request({ path: `${path}/a/status` })).toMatchObject({
      status: 200,
      body: { kind: 'SecretStore', metadata: { name: 'a' } },
    });
  });
});

test('there is no path for a status where the definition has none, nor for anything else', async () => {
  const other = '/apis/keyferry.dev/v1beta1/namespaces/shop/externalsecrets/a/status';
  const body = { status: {} };
  expect((await api.request({ method: 'PATCH', path: other, body, contentType: mergePatch })).status).toBe(
    404,
  );
  api.apply(secretStore('a'));
  expect((await patch('a/scale', {})).status).toBe(404);
});

test('the right to a status is one of its own', async () => {
  api.apply(
    secretStore('a'),
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'writer' },
      rules: [{ apiGroups: ['keyferry.dev'], resources: ['secretstores/status'], verbs: ['patch'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'writer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'writer' },
      subjects: [{ kind: 'User', name: 'writer' }],
    },
  );
  const as = (to: string): ReturnType<KubeApi['request']> =>
    api.request(
      { method: 'PATCH', path: `${path}/${to}`, body: { status: { x: 1 } }, contentType: mergePatch },
      'writer',
    );
  expect((await as('a/status')).status).toBe(200);
  expect((await as('a')).status).toBe(403);
});
