import { CoreV1Api, KubeConfig, AdmissionregistrationV1Api } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { userNamed } from '../../../emulators/kube-api/access/users.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../../../emulators/kube-api/kube-api.ts';
import { sendRequest } from '../../../emulators/kube-api/client.ts';
import { configMap, namespace, webhookAccount } from './support.ts';

const rbac = 'rbac.authorization.k8s.io';
const role = (kind: string, name: string, rules: object[], at?: string): Manifest => ({
  apiVersion: `${rbac}/v1`,
  kind,
  metadata: { name, ...(at === undefined ? {} : { namespace: at }) },
  rules,
});
const binding = (roleKind: string, name: string, at?: string): Manifest => ({
  apiVersion: `${rbac}/v1`,
  kind: at === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: { name, ...(at === undefined ? {} : { namespace: at }) },
  roleRef: { apiGroup: rbac, kind: roleKind, name },
  subjects: [{ kind: 'ServiceAccount', name: 'keyferry-webhook', namespace: 'keyferry-system' }],
});
const rule = (
  apiGroups: string[],
  resources: string[],
  verbs: string[],
  resourceNames?: string[],
): object => ({
  apiGroups,
  resources,
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});

let api: KubeApi;
beforeEach(async () => {
  api = await startKubeApi({
    tokens: { 'a static token': 'alice' },
    reviewToken: (token) => Promise.resolve(token === 'a jwt' ? userNamed(webhookAccount) : undefined),
  });
  api.apply(namespace('shop'), namespace('keyferry-system'));
});
afterEach(async () => {
  await api.close();
});

const statusOf = async (path: string, method: 'GET' | 'PATCH' | 'POST' = 'GET'): Promise<number> => {
  const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const body = method === 'GET' ? undefined : {};
  return (await api.request({ method, path, contentType, body }, webhookAccount)).status;
};

describe('access rules', () => {
  test('nothing is allowed by itself but the version', async () => {
    expect(await statusOf('/version')).toBe(200);
    expect(await api.request({ path: '/api/v1/namespaces/shop/configmaps' }, webhookAccount)).toMatchObject({
      status: 403,
      body: {
        reason: 'Forbidden',
        message: `configmaps is forbidden: User "${webhookAccount}" cannot list resource "configmaps" in API group "" in the namespace "shop"`,
      },
    });
    expect(
      (await api.request({ path: '/apis/apps/v1/namespaces/shop/deployments/web' }, webhookAccount)).body,
    ).toMatchObject({
      message: `deployments.apps "web" is forbidden: User "${webhookAccount}" cannot get resource "deployments" in API group "apps" in the namespace "shop"`,
    });
  });

  test('a ClusterRole that is bound cluster-wide is good everywhere', async () => {
    api.apply(
      role('ClusterRole', 'reader', [rule([''], ['namespaces', 'configmaps'], ['get', 'list'])]),
      binding('ClusterRole', 'reader'),
    );
    expect(await statusOf('/api/v1/namespaces')).toBe(200);
    expect(await statusOf('/api/v1/configmaps')).toBe(200);
    expect(await statusOf('/api/v1/namespaces?watch=true')).toBe(403);
    expect(await statusOf('/api/v1/namespaces', 'POST')).toBe(403);
  });

  test('a Role is good in its namespace, and a ClusterRole that is bound in one too', async () => {
    api.apply(
      role('Role', 'local', [rule([''], ['configmaps'], ['*'])], 'shop'),
      binding('Role', 'local', 'shop'),
      role('ClusterRole', 'pods', [rule(['*'], ['pods'], ['list'])]),
      binding('ClusterRole', 'pods', 'keyferry-system'),
    );
    expect(await statusOf('/api/v1/namespaces/shop/configmaps')).toBe(200);
    expect(await statusOf('/api/v1/namespaces/default/configmaps')).toBe(403);
    expect(await statusOf('/api/v1/configmaps')).toBe(403);
    expect(await statusOf('/api/v1/namespaces/keyferry-system/pods')).toBe(200);
    expect(await statusOf('/api/v1/namespaces/shop/pods')).toBe(403);
  });

  test('names narrow: to the object, and to lists and watches of it alone', async () => {
    const webhooks = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
    api.apply(
      role('ClusterRole', 'own', [
        rule(
          ['admissionregistration.k8s.io'],
          ['mutatingwebhookconfigurations'],
          ['get', 'list', 'patch', 'create'],
          ['keyferry-webhook'],
        ),
      ]),
      binding('ClusterRole', 'own'),
    );
    expect(await statusOf(`${webhooks}/keyferry-webhook`)).toBe(404);
    expect(await statusOf(`${webhooks}/other`)).toBe(403);
    expect(await statusOf(`${webhooks}/keyferry-webhook`, 'PATCH')).toBe(404);
    expect(await statusOf(webhooks)).toBe(403);
    expect(await statusOf(`${webhooks}?fieldSelector=metadata.name%3Dkeyferry-webhook`)).toBe(200);
    expect(await statusOf(webhooks, 'POST')).toBe(403);
  });

  test('a subresource is not its resource', async () => {
    api.apply(role('ClusterRole', 'r', [rule([''], ['pods/log'], ['get'])]), binding('ClusterRole', 'r'));
    expect(await statusOf('/api/v1/namespaces/shop/pods/a/log')).toBe(404);
    expect(await statusOf('/api/v1/namespaces/shop/pods/a')).toBe(403);
  });

  test('groups and users can be subjects', async () => {
    api.apply(role('ClusterRole', 'r', [rule([''], ['pods'], ['list'])]), {
      ...binding('ClusterRole', 'r'),
      subjects: [
        { kind: 'Group', name: 'system:serviceaccounts:keyferry-system' },
        { kind: 'User', name: 'alice' },
      ],
    });
    expect(await statusOf('/api/v1/pods')).toBe(200);
    expect((await api.request({ path: '/api/v1/pods' }, 'alice')).status).toBe(200);
    expect((await api.request({ path: '/api/v1/pods' }, 'bob')).status).toBe(403);
  });
});

test('tokens: of the table, of a reviewer, of nobody', async () => {
  const as = (token: string) =>
    sendRequest({ url: api.url, caPem: api.caPem, token }, { path: '/api/v1/pods' });
  expect((await as('a static token')).body).toMatchObject({
    message: expect.stringContaining('User "alice"'),
  });
  expect((await as('a jwt')).body).toMatchObject({
    message: expect.stringContaining(`User "${webhookAccount}"`),
  });
  expect(await as('wrong')).toMatchObject({ status: 401, body: { kind: 'Status', reason: 'Unauthorized' } });
  expect(api.requests.map(({ user }) => user)).toEqual(['alice', webhookAccount, '']);
});

test('every access to Secrets is counted, allowed or not', async () => {
  await api.request({ path: '/api/v1/namespaces/shop/secrets/db' }, webhookAccount);
  await api.request({ path: '/api/v1/secrets' });
  await api.request({ path: '/api/v1/pods' });
  expect(api.secretAccesses).toEqual([
    { user: webhookAccount, verb: 'get', namespace: 'shop', name: 'db', allowed: false },
    { user: 'kubernetes-admin', verb: 'list', namespace: undefined, name: undefined, allowed: true },
  ]);
  expect(api.objects('secrets')).toEqual([]);
});

test('the official client works with the kubeconfig, and trusts no other authority', async () => {
  const config = new KubeConfig();
  config.loadFromString(api.kubeconfig());
  const core = config.makeApiClient(CoreV1Api);
  api.apply(configMap('a', { x: '1' }));
  const list = await core.listNamespacedConfigMap({ namespace: 'shop' });
  expect(list.items.map(({ metadata, data }) => [metadata?.name, data])).toEqual([['a', { x: '1' }]]);
  await expect(core.readNamespacedPod({ namespace: 'shop', name: 'a' })).rejects.toMatchObject({ code: 404 });
  await config.makeApiClient(AdmissionregistrationV1Api).listMutatingWebhookConfiguration();

  const other = await startKubeApi();
  const stranger = new KubeConfig();
  stranger.loadFromString(api.kubeconfig().replace(api.url, other.url));
  await expect(stranger.makeApiClient(CoreV1Api).listPodForAllNamespaces()).rejects.toThrow();
  expect(other.requests).toEqual([]);
  await other.close();
});
