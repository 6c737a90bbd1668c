import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { brokerAudience, trustConfigMap, trustFile, trustKey } from '../../../../lib/broker/names.ts';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { startKubeApi, type KubeApi, type Manifest } from '../../../emulators/kube-api/kube-api.ts';
import { Kubelet } from '../../../emulators/kube-api/kubelet.ts';
import { until } from '../../../support/until.ts';
import { namespace } from './support.ts';

let api: KubeApi;
let kubelet: Kubelet;
beforeEach(async () => {
  api = await startKubeApi({ issuer: await ServiceAccountIssuer.create({ keyType: 'ec' }) });
  api.apply(namespace('shop'));
  kubelet = await Kubelet.start({
    api,
    images: { 'demo/app:1': { entrypoint: ['node', '-e', 'setInterval(() => {}, 1e9)'] } },
  });
});
afterEach(async () => {
  await kubelet.close();
  await api.close();
});

const manifest: Manifest = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'app', namespace: 'shop' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [
      { name: 'app', image: 'demo/app:1', volumeMounts: [{ name: 'identity', mountPath: '/identity' }] },
    ],
    volumes: [
      {
        name: 'identity',
        projected: {
          sources: [
            { serviceAccountToken: { audience: brokerAudience, expirationSeconds: 600, path: 'token' } },
            {
              configMap: {
                name: trustConfigMap,
                optional: true,
                items: [{ key: trustKey, path: trustFile }],
              },
            },
          ],
        },
      },
    ],
  },
};

const trust = (text: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: trustConfigMap, namespace: 'shop' },
  data: { [trustKey]: text },
});

const statusOf = (name: string): unknown => api.get('pods', name, 'shop')?.['status'];

test('the API server has the status of a pod, with the address that its processes connect from', async () => {
  const pod = await kubelet.run(manifest);
  await kubelet.podbox.until(pod, ({ ready }) => ready);
  expect(statusOf('app')).toMatchObject({
    phase: 'Running',
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    conditions: expect.arrayContaining([{ type: 'Ready', status: 'True' }]) as unknown,
  });
  await kubelet.delete(pod);
  expect(api.get('pods', 'app', 'shop')).toBeUndefined();
});

test('a pod’s token is bound to it, and the API server knows it', async () => {
  const pod = await kubelet.run(manifest);
  const token = readFileSync(join(kubelet.podbox.volume(pod, 'identity'), 'token'), 'utf8');
  expect(decodeJwt(token)['kubernetes.io']).toMatchObject({ pod: { name: 'app', uid: pod.metadata.uid } });
  const { body } = await api.request({
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/tokenreviews',
    body: { spec: { token, audiences: [brokerAudience] } },
  });
  expect(body).toMatchObject({
    status: {
      authenticated: true,
      user: { username: 'system:serviceaccount:shop:default' },
      audiences: [brokerAudience],
    },
  });
});

test('an optional ConfigMap shows when it comes, and when it changes', async () => {
  const pod = await kubelet.run(manifest);
  const file = join(kubelet.podbox.volume(pod, 'identity'), trustFile);
  const shown = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : 'nothing');
  expect(shown()).toBe('nothing');
  for (const text of ['first', 'second']) {
    api.apply(trust(text));
    await until(() => shown() === text);
  }
});

test('what the API server refuses does not run', async () => {
  const lost = { ...manifest, spec: { ...(manifest['spec'] as object), serviceAccountName: 'nobody' } };
  await expect(kubelet.run(lost)).rejects.toThrow(
    'pods "app" is forbidden: error looking up service account shop/nobody: serviceaccount "nobody" not found',
  );
});
