import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startKubeApi, type KubeApi, type Manifest } from '../../../emulators/kube-api/kube-api.ts';
import { webhookAccount } from './support.ts';

const folder = join(import.meta.dirname, '../../../../deploy/base');
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), 'utf8')))
  .map((document) => document.toJS() as Partial<Manifest>)
  .filter((manifest): manifest is Manifest => manifest.metadata !== undefined)
  .sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'));

let api: KubeApi;
beforeEach(async () => {
  api = await startKubeApi();
  api.apply(...manifests);
});
afterEach(async () => {
  await api.close();
});

describe('what Keyferry ships', () => {
  const webhooks = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations';

  test.each([
    ['/apis/keyferry.dev/v1beta1/secretstores', 200],
    ['/api/v1/namespaces', 200],
    ['/api/v1/serviceaccounts', 200],
    [`${webhooks}/keyferry-webhook`, 200],
    ['/api/v1/namespaces/keyferry-system/pods', 200],
    [webhooks, 403],
    ['/api/v1/pods', 403],
    ['/api/v1/configmaps', 403],
    ['/api/v1/configmaps?fieldSelector=metadata.name%3Dkeyferry-trust', 200],
    ['/api/v1/configmaps?fieldSelector=metadata.name%3Danother', 403],
    ['/api/v1/secrets', 403],
  ])('lets its ServiceAccount GET %s: %i', async (path, status) => {
    expect((await api.request({ path }, webhookAccount)).status).toBe(status);
  });

  test('lets it write nothing but its own webhook configuration', async () => {
    const patch = (path: string) =>
      api.request(
        { method: 'PATCH', path, contentType: 'application/merge-patch+json', body: {} },
        webhookAccount,
      );
    expect((await patch(`${webhooks}/keyferry-webhook`)).status).toBe(200);
    expect((await patch('/api/v1/namespaces/default')).status).toBe(403);
  });
});
