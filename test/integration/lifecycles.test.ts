import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { paymentsPod, SmallCluster } from '../support/small-cluster.ts';

const fileOf = (cluster: SmallCluster, name: string): string =>
  readFileSync(join(cluster.podbox.root('payments/payments-api', 'app'), 'secrets', name), 'utf8');

describe.each(['native', 'init+sidecar', 'init', 'sidecar'])('lifecycle %s', (lifecycle) => {
  test('the app finds its files, and the pod ends cleanly', async () => {
    await using cluster = await SmallCluster.start();
    const pod = cluster.inject(paymentsPod({ annotations: [`keyferry.dev/lifecycle: ${lifecycle}`] }));
    await cluster.podbox.run(pod);
    await cluster.podbox.until(
      'payments/payments-api',
      (view) => view.container('app').state.running !== undefined,
    );
    // Nobody waits for the sidecar: not for its files, and not for it to listen to signals.
    const said = { sidecar: '"published', 'init+sidecar': '"msg"' }[lifecycle] ?? '';
    const sidecar = lifecycle === 'init' ? 'keyferry-init' : 'keyferry-refresh';
    await cluster.podbox.until('payments/payments-api', (view) => view.log(sidecar).includes(said));
    expect(fileOf(cluster, 'username')).toBe('payments');
    expect(fileOf(cluster, 'password')).toBe('first-password');
    const folder = join(cluster.podbox.root('payments/payments-api', 'app'), 'secrets');
    expect(statSync(join(realpathSync(join(folder, '..data')), 'password')).mode & 0o777).toBe(0o444);
    const status = await cluster.podbox.delete('payments/payments-api');
    for (const container of status.initContainerStatuses)
      expect(container.state.terminated?.exitCode).toBe(0);
  });
});
