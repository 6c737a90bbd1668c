import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { keyferryMatchExpression } from '../../../emulators/kube-api/admission/match-conditions.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../../../emulators/kube-api/kube-api.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { configMap, namespace, pod } from './support.ts';
import {
  answering,
  configuration,
  entryFor,
  host,
  makeWebhook,
  patching,
  type TestWebhook,
} from './webhook-support.ts';

let api: KubeApi;
let webhook: TestWebhook;
const clock = new ManualClock();
beforeEach(async () => {
  webhook = await makeWebhook();
  api = await startKubeApi({
    clock,
    services: (address) => (address === `${host}:443` ? webhook.port : undefined),
  });
  api.apply(namespace('shop'), namespace('closed', { 'keyferry.dev/off': 'true' }));
});
afterEach(async () => {
  await api.close();
  webhook.server.closeAllConnections();
  webhook.server.close();
});

const entry = (more: object = {}) => entryFor(webhook, more);

const create = (manifest: Manifest) =>
  api.request({
    method: 'POST',
    path: `/api/v1/namespaces/${manifest.metadata.namespace ?? 'shop'}/pods`,
    body: manifest,
  });

describe('a webhook', () => {
  test('is asked over verified TLS, and its patch is applied', async () => {
    api.apply(configuration(entry()));
    webhook.respond = patching(
      { op: 'add', path: '/metadata/labels', value: { injected: 'yes' } },
      { op: 'add', path: '/spec/initContainers', value: [{ name: 'keyferry-init', image: 'agent:1' }] },
    );
    const { status, body } = await create(pod('payments'));
    expect(status).toBe(201);
    expect(body).toMatchObject({
      metadata: { labels: { injected: 'yes' } },
      // What a patch adds gets its defaults too.
      spec: {
        initContainers: [{ name: 'keyferry-init', terminationMessagePolicy: 'File' }],
        serviceAccountName: 'default',
      },
    });
    expect(api.get('pods', 'payments', 'shop')?.metadata.labels).toEqual({ injected: 'yes' });
    expect(webhook.paths).toEqual(['/mutate?timeout=5s']);
    expect(webhook.reviews[0]).toEqual({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: {
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        kind: { group: '', version: 'v1', kind: 'Pod' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        requestKind: { group: '', version: 'v1', kind: 'Pod' },
        requestResource: { group: '', version: 'v1', resource: 'pods' },
        name: 'payments',
        namespace: 'shop',
        operation: 'CREATE',
        userInfo: { username: 'kubernetes-admin', groups: ['system:authenticated', 'system:masters'] },
        object: expect.objectContaining({
          kind: 'Pod',
          spec: expect.objectContaining({ restartPolicy: 'Always' }),
        }),
        oldObject: null,
        dryRun: false,
        options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
      },
    });
    expect((webhook.reviews[0]?.request['object'] as Manifest).metadata).toEqual({
      name: 'payments',
      namespace: 'shop',
      annotations: {},
      creationTimestamp: null,
    });
  });

  test('sees no name where one is to be generated', async () => {
    api.apply(configuration(entry()));
    webhook.respond = answering({});
    const { body } = await create({ ...pod('x'), metadata: { generateName: 'web-' } });
    expect(body).toMatchObject({ metadata: { name: expect.stringMatching(/^web-/) } });
    expect(webhook.reviews[0]?.request).not.toHaveProperty('name');
  });

  test('may deny: its status, message and name reach the client', async () => {
    api.apply(configuration(entry()));
    webhook.respond = answering({
      allowed: false,
      status: { code: 422, message: 'keyferry.dev/store: unknown' },
    });
    expect(await create(pod('payments'))).toMatchObject({
      status: 422,
      body: {
        kind: 'Status',
        code: 422,
        message: 'admission webhook "inject.keyferry.dev" denied the request: keyferry.dev/store: unknown',
      },
    });
    webhook.respond = answering({ allowed: false });
    expect(await create(pod('payments'))).toMatchObject({
      status: 400,
      body: { message: 'admission webhook "inject.keyferry.dev" denied the request without explanation' },
    });
    expect(api.objects('pods')).toEqual([]);
  });

  test('may warn, and tell the audit log', async () => {
    api.apply(configuration(entry()));
    webhook.respond = answering({
      warnings: ['set an "audience"', 'a \\ b'],
      auditAnnotations: { stores: 'vault' },
    });
    expect((await create(pod('payments'))).warnings).toEqual(['set an "audience"', 'a \\ b']);
    expect(api.requests.at(-1)?.auditAnnotations).toEqual({ 'inject.keyferry.dev/stores': 'vault' });
  });

  test('is asked by its rules and selectors alone', async () => {
    api.apply(
      configuration(
        entry({
          namespaceSelector: { matchExpressions: [{ key: 'keyferry.dev/off', operator: 'DoesNotExist' }] },
          objectSelector: { matchLabels: { app: 'web' } },
        }),
      ),
    );
    webhook.respond = answering({});
    const labelled = { ...pod('b'), metadata: { ...pod('b').metadata, labels: { app: 'web' } } };
    await create(pod('a'));
    await create({ ...labelled, metadata: { ...labelled.metadata, namespace: 'closed' } });
    await api.request({ method: 'POST', path: '/api/v1/namespaces/shop/configmaps', body: configMap('c') });
    expect(webhook.reviews).toEqual([]);
    await create(labelled);
    expect(webhook.reviews).toHaveLength(1);
    const path = '/api/v1/namespaces/shop/pods/b';
    await api.request({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { x: 'y' } } },
    });
    await api.request({ method: 'DELETE', path });
    expect(webhook.reviews).toHaveLength(1);
  });

  test('is asked about changes and deletions where its rules say so', async () => {
    const [rule] = entry()['rules'] as object[];
    api.apply(configuration(entry({ rules: [{ ...rule, operations: ['*'] }] })), pod('a'));
    webhook.respond = answering({});
    const path = '/api/v1/namespaces/shop/pods/a';
    await api.request({
      method: 'PATCH',
      path,
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { x: 'y' } } },
    });
    await api.request({ method: 'DELETE', path });
    expect(
      webhook.reviews.map(({ request }) => [
        request['operation'],
        request['object'] === null,
        request['oldObject'] === null,
      ]),
    ).toEqual([
      ['UPDATE', false, false],
      ['DELETE', true, false],
    ]);
  });
});

describe('match conditions', () => {
  const conditions = (expression: string): object => ({
    matchConditions: [{ name: 'asks-for-keyferry', expression }],
  });

  test.each([
    [{}, 0],
    [{ 'other.dev/inject': 'true' }, 0],
    [{ 'keyferry.dev/inject': 'true' }, 1],
    [{ 'keyferry.dev/inject': 'false' }, 0],
    [{ 'keyferry.dev/inject': 'False' }, 1],
    [{ 'keyferry.dev/store': 'vault' }, 1],
    [{ 'keyferry.dev/store': 'vault', 'keyferry.dev/inject': 'false' }, 0],
  ])('Keyferry’s own, for %j: asked %i times', async (annotations, asked) => {
    api.apply(configuration(entry(conditions(keyferryMatchExpression))));
    webhook.respond = answering({});
    await create(pod('payments', annotations));
    await create({ ...pod('bare'), metadata: { name: 'bare' } });
    expect(webhook.reviews).toHaveLength(asked);
  });

  test('any other is refused', () => {
    expect(() => api.apply(configuration(entry(conditions('true'))))).toThrow(
      `webhooks[0].matchConditions: the stand-in evaluates Keyferry's own expression alone, not: true`,
    );
  });
});

describe('several webhooks', () => {
  test('are asked in order, each with what those before it made; IfNeeded ones again after a change', async () => {
    api.apply(
      configuration(
        entry({ reinvocationPolicy: 'IfNeeded' }),
        entry({ name: 'second.keyferry.dev', reinvocationPolicy: 'IfNeeded' }),
      ),
    );
    const labels: unknown[] = [];
    webhook.respond = (review) => {
      const { metadata } = review.request['object'] as Manifest;
      labels.push(metadata.labels);
      const value = { ...metadata.labels, [`call-${labels.length}`]: 'x' };
      return labels.length > 2
        ? answering({})(review)
        : patching({ op: 'add', path: '/metadata/labels', value })(review);
    };
    await create(pod('payments'));
    expect(labels).toEqual([undefined, { 'call-1': 'x' }, { 'call-1': 'x', 'call-2': 'x' }]);
  });
});
