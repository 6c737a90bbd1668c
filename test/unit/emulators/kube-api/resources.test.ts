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

const stores = '/apis/keyferry.dev/v1beta1/namespaces/shop/secretstores';

describe('resources', () => {
  test.each([
    '/apis/keyferry.dev/v1beta1/secretstores',
    '/api/v1/endpoints',
    '/api/v1/namespaces/shop/pods/a/log',
    '/openapi/v3',
    '/apis/apps/v9',
    '/api/v1/%zz',
  ])('%s is a page that is not there, as on a real server', async (path) => {
    expect(await api.request({ path })).toMatchObject({ status: 404, body: '404 page not found\n' });
  });

  test('come and go with their definition, in all its versions', async () => {
    expect(() => api.apply(secretStore('files'))).toThrow(
      'no matches for kind "SecretStore" in version "keyferry.dev/v1beta1"',
    );
    api.apply(definition('secretstores', 'SecretStore', ['v1beta1', 'v1']), secretStore('files'));
    expect((await api.request({ path: `${stores}/files` })).body).toMatchObject({
      apiVersion: 'keyferry.dev/v1beta1',
    });
    expect((await api.request({ path: `${stores.replace('v1beta1', 'v1')}/files` })).body).toMatchObject({
      apiVersion: 'keyferry.dev/v1',
    });
    api.apply(definition('secretstores', 'SecretStore', ['v1beta1']));
    expect((await api.request({ path: stores.replace('v1beta1', 'v1') })).status).toBe(404);
    api.delete('customresourcedefinitions', 'secretstores.keyferry.dev');
    expect((await api.request({ path: stores })).status).toBe(404);
    api.apply(definition('secretstores', 'SecretStore'));
    expect((await api.request({ path: stores })).body).toMatchObject({ items: [] });
  });

  test('a namespace has its name as a label and a default ServiceAccount, and takes all with it', async () => {
    expect(api.get('namespaces', 'shop')?.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'shop' });
    expect(api.get('serviceaccounts', 'default', 'shop')).toBeDefined();
    api.apply(configMap('a'));
    await api.request({ method: 'DELETE', path: '/api/v1/namespaces/shop' });
    expect([...api.objects('configmaps'), ...api.objects('serviceaccounts', 'shop')]).toEqual([]);
    expect(() => api.apply(configMap('a'))).toThrow('namespaces "shop" not found');
  });

  test('a Pod gets its defaults and its ServiceAccount', async () => {
    const spec = {
      containers: [
        {
          name: 'app',
          image: 'demo/app',
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          ports: [{ containerPort: 1 }],
        },
      ],
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
    };
    const path = '/api/v1/namespaces/shop/pods';
    const { body } = await api.request({ method: 'POST', path, body: { metadata: { name: 'a' }, spec } });
    expect(body).toMatchObject({
      spec: {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        serviceAccountName: 'default',
        containers: [
          {
            imagePullPolicy: 'Always',
            terminationMessagePath: '/dev/termination-log',
            env: [{ valueFrom: { fieldRef: { apiVersion: 'v1' } } }],
            ports: [{ protocol: 'TCP' }],
          },
        ],
        volumes: [
          {
            projected: {
              defaultMode: 0o644,
              sources: [{ serviceAccountToken: { expirationSeconds: 3600 } }],
            },
          },
        ],
      },
      status: { phase: 'Pending' },
    });
    const other = { metadata: { name: 'b' }, spec: { ...spec, serviceAccountName: 'payer' } };
    expect(await api.request({ method: 'POST', path, body: other })).toMatchObject({
      status: 403,
      body: {
        message:
          'pods "b" is forbidden: error looking up service account shop/payer: serviceaccount "payer" not found',
      },
    });
  });
});
