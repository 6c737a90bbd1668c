import { expect, test } from '@jest/globals';
import type { Manifest } from '../emulators/kube-api/kube-api.ts';
import { Kubelet } from '../emulators/kube-api/kubelet.ts';
import { agentImage } from '../support/agent/image.ts';
import { BrokerProcesses } from '../support/broker/broker-processes.ts';
import { startKeyferryPod, webhookService } from '../support/keyferry-pod.ts';

const names = ['first', 'second'] as const;

const podOf = (name: string, namespace: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace,
    annotations: {
      'keyferry.dev/inject': 'true',
      'keyferry.dev/secret.password': 'shared://app/db#password',
      'keyferry.dev/agent-port': '0',
    },
  },
  spec: {
    serviceAccountName: 'app',
    containers: [{ name: 'app', image: 'busybox:1.37', command: ['sleep', '1000'] }],
  },
});

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The ConfigMap with the broker's certificates comes to a namespace after its first pod; that one has them in its plan. */
test('the first pod of a namespace starts through the broker as fast as the second', async () => {
  const ports = new Map<string, number>();
  await using cluster = await BrokerProcesses.start({
    secrets: { 'app/db': { password: 'hunter2' } },
    services: (address) => ports.get(address),
  });
  await cluster.add();
  const { api, folder, installFile } = cluster;
  const args = ['--broker-server', cluster.broker.server, '--status', 'off'];
  const webhook = startKeyferryPod({ api, component: 'webhook', folder, installFile, args });
  try {
    ports.set(webhookService, await webhook.port);
    await webhook.ready();
    await using kubelet = await Kubelet.start({
      api,
      images: { 'keyferry-agent:0.1.0': agentImage, 'busybox:1.37': {} },
    });
    const times = { first: [] as number[], second: [] as number[] };
    for (let team = 0; team < 7; team += 1) {
      const namespace = `team-${team}`;
      api.apply(
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace } },
      );
      for (const name of names) {
        const began = performance.now();
        const pod = await kubelet.run(podOf(name, namespace));
        await kubelet.podbox.until(pod, ({ container }) => container('app').state.running !== undefined);
        times[name].push(performance.now() - began);
        await kubelet.delete(pod, 0);
      }
    }
    expect(median(times.first) / median(times.second)).toBeLessThan(2);
  } finally {
    await webhook.stop();
  }
}, 120_000);
