import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import type { Manifest } from '../../../emulators/kube-api/kube-api.ts';

export const host = 'keyferry-webhook.keyferry-system.svc';

interface Review {
  readonly request: { readonly uid: string; readonly [field: string]: unknown };
}
type Respond = (review: Review) => unknown;

/** A webhook that answers as a test says. */
export interface TestWebhook {
  readonly server: Server;
  readonly port: number;
  readonly caBundle: string;
  readonly reviews: Review[];
  readonly paths: (string | undefined)[];
  respond: Respond;
}

export const makeWebhook = async (name = host): Promise<TestWebhook> => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 1000),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  const server = createServer({ cert, key });
  const webhook: TestWebhook = {
    server,
    port: 0,
    caBundle: Buffer.from(cert.trim() + '\n').toString('base64'),
    reviews: [],
    paths: [],
    respond: () => ({}),
  };
  server.on('request', (message, response) => {
    const chunks: Buffer[] = [];
    message.on('data', (chunk: Buffer) => chunks.push(chunk));
    message.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as Review;
      webhook.reviews.push(review);
      webhook.paths.push(message.url);
      const answer = webhook.respond(review);
      if (answer === undefined) return;
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(answer));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Object.assign(webhook, { port: (server.address() as AddressInfo).port });
};

export const answering =
  (response: object): Respond =>
  ({ request: { uid } }) => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid, allowed: true, ...response },
  });
export const patching = (...operations: object[]): Respond =>
  answering({ patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(operations)).toString('base64') });

/** A webhook's entry in a configuration, as Keyferry's manifest has it. */
export const entryFor = (webhook: TestWebhook, more: object = {}): Record<string, unknown> => ({
  name: 'inject.keyferry.dev',
  admissionReviewVersions: ['v1'],
  sideEffects: 'None',
  failurePolicy: 'Fail',
  timeoutSeconds: 5,
  clientConfig: {
    service: { name: 'keyferry-webhook', namespace: 'keyferry-system', path: '/mutate' },
    caBundle: webhook.caBundle,
  },
  rules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE'],
      resources: ['pods'],
      scope: 'Namespaced',
    },
  ],
  ...more,
});
export const configuration = (...webhooks: Record<string, unknown>[]): Manifest => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'keyferry-webhook' },
  webhooks,
});
