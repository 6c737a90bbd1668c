import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi, type Manifest } from '../../../emulators/kube-api/kube-api.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { namespace, pod } from './support.ts';
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

describe('a webhook that cannot be asked', () => {
  const failing = async (message: string | RegExp): Promise<void> => {
    const answer = await create(pod('payments'));
    expect(answer).toMatchObject({ status: 500, body: { reason: 'InternalError' } });
    const prefix = 'Internal error occurred: failed calling webhook "inject.keyferry.dev": ';
    const text = (answer.body as { message: string }).message;
    expect(text.startsWith(prefix)).toBe(true);
    expect(text.slice(prefix.length)).toMatch(message);
    expect(api.objects('pods')).toEqual([]);
  };
  const call = `failed to call webhook: Post "https://${host}/mutate?timeout=5s": `;

  test('has another certificate than the bundle', async () => {
    const stranger = await makeWebhook();
    const { clientConfig } = entry() as { clientConfig: object };
    api.apply(configuration(entry({ clientConfig: { ...clientConfig, caBundle: stranger.caBundle } })));
    stranger.server.close();
    await failing(/SELF_SIGNED_CERT/);
    expect(webhook.reviews).toEqual([]);
  });

  test('has a certificate for another name', async () => {
    webhook.server.close();
    webhook = await makeWebhook('other.keyferry-system.svc');
    api.apply(configuration(entry()));
    await failing(/does not match certificate's altnames/);
  });

  test('has no bundle', async () => {
    const { clientConfig } = entry() as { clientConfig: object };
    api.apply(configuration(entry({ clientConfig: { ...clientConfig, caBundle: '' } })));
    await failing(/SELF_SIGNED_CERT/);
  });

  test('does not answer in time', async () => {
    api.apply(configuration(entry()));
    webhook.respond = () => undefined;
    const failed = failing(`${call}context deadline exceeded`);
    await clock.sleeping();
    while (webhook.reviews.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5_000);
    await failed;
  });

  test('is not there', async () => {
    api.apply(configuration(entry()));
    webhook.server.close();
    await failing(/ECONNREFUSED/);
  });

  test('has a service that nobody stands for', async () => {
    const service = { name: 'other', namespace: 'keyferry-system' };
    api.apply(configuration(entry({ clientConfig: { service } })));
    await failing('no endpoints available for service "other"');
  });

  test.each([
    ['another uid', (): unknown => answering({})({ request: { uid: 'other' } }), /expected response.uid=/],
    ['no review', (): unknown => ({ kind: 'Pod' }), /Kind=AdmissionReview/],
    [
      'no response',
      (): unknown => ({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' }),
      /did not include a response/,
    ],
  ])('answers with %s', async (_, respond, message) => {
    api.apply(configuration(entry()));
    webhook.respond = respond;
    await failing(message);
  });

  test('answers with a patch that does not fit', async () => {
    api.apply(configuration(entry()));
    webhook.respond = patching({ op: 'remove', path: '/spec/nothing' });
    await failing(/remove/i);
    webhook.respond = answering({ patch: 'W10=' });
    await failing(/patchType/);
  });

  test('lets the pod pass under failurePolicy Ignore', async () => {
    api.apply(configuration(entry({ failurePolicy: 'Ignore' })));
    webhook.server.close();
    expect((await create(pod('payments'))).status).toBe(201);
  });
});

describe('a configuration', () => {
  test.each([
    [
      'a bundle that is none',
      { caBundle: Buffer.from('hello').toString('base64') },
      'unable to load root certificates',
    ],
    ['a service and a url', { url: 'https://localhost/' }, 'exactly one of url or service is required'],
  ])('with %s is refused', async (_, more, message) => {
    const { clientConfig } = entry() as { clientConfig: object };
    const body = configuration(entry({ clientConfig: { ...clientConfig, ...more } }));
    const path = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';
    expect(await api.request({ method: 'POST', path, body })).toMatchObject({
      status: 422,
      body: { message: expect.stringContaining(message) },
    });
  });

  test('loses certificates that do not end with a line of their own', async () => {
    const stranger = await makeWebhook();
    stranger.server.close();
    const pem = (bundle: string): string => Buffer.from(bundle, 'base64').toString();
    const bundle = (separator: string): string =>
      Buffer.from(pem(stranger.caBundle).trim() + separator + pem(webhook.caBundle)).toString('base64');
    const { clientConfig } = entry() as { clientConfig: object };
    api.apply(configuration(entry({ clientConfig: { ...clientConfig, caBundle: bundle('\n') } })));
    webhook.respond = answering({});
    expect((await create(pod('payments'))).status).toBe(201);
    expect(() =>
      api.apply(configuration(entry({ clientConfig: { ...clientConfig, caBundle: bundle('') } }))),
    ).toThrow('unable to load root certificates');
  });
});
