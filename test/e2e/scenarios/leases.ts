import { createNamespace, Workspace } from '../bench.ts';
import { named } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { asking } from '../pods/manifests.ts';
import type { Reading } from '../pods/reading.ts';
import { expect, type Scenario } from '../scenario.ts';
import { leasedKey, leaseSeconds } from '../vault/configuration.ts';

const hasFiles = ({ files }: Reading): boolean => Object.keys(files).length === 2;

/**
 * A database user of the pod's own: one for the pod, renewed while the app runs, and ended with the pod, which the kubelet tells the
 * agent after the app has stopped.
 */
const ownUser: Scenario = {
  name: 'dynamic-credentials',
  run: async (bench) => {
    const { kubectl, signal } = bench;
    const vault = await bench.startVault(await createNamespace(bench, 'dynamic-vault'));
    const workspace = await Workspace.create(bench, 'dynamic', { vault });
    const annotations = asking({
      store: 'vault',
      'secret.username': `${leasedKey}#username`,
      'secret.password': `${leasedKey}#password`,
    });
    await workspace.start(workspace.pod('api', { annotations }));
    const first = (await workspace.readings('api', hasFiles, { seconds: 30 })).at(-1);
    const [lease, ...others] = await vault.leases();
    expect(lease !== undefined && others.length === 0, `there are ${others.length + 1} leases, not one`);
    // Longer than the lease's first life.
    const later = performance.now() + leaseSeconds * 1500;
    const readings = await workspace.readings(
      'api',
      (reading) => hasFiles(reading) && performance.now() > later,
      { seconds: leaseSeconds * 2 + 10 },
    );
    const same = JSON.stringify(readings.at(-1)?.files) === JSON.stringify(first?.files);
    expect(same, 'the files changed, although the lease was to be renewed');
    expect((await vault.leases()).join() === lease, 'the lease is not the one of the start any more');
    const begun = performance.now();
    await kubectl.delete(named('pod/api', workspace.namespace));
    await until(
      'the end of the lease',
      async () => ((await vault.leases()).length === 0 ? true : undefined),
      { seconds: 15, signal },
    );
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    return { detail: `renewed in place; gone ${seconds} s after the pod was deleted` };
  },
};

export const leaseScenarios: readonly Scenario[] = [ownUser];
