import { agentMetric, agentStatus, type RefStatus } from '../agent.ts';
import { createNamespace, Workspace, type Bench } from '../bench.ts';
import { isReady, type Pod } from '../cluster/objects.ts';
import { until } from '../cluster/until.ts';
import { newCredentials, shows, verifyReadings } from '../credentials.ts';
import { asking } from '../pods/manifests.ts';
import { expect, expectParts, type Scenario } from '../scenario.ts';
import type { Vault } from '../vault/vault.ts';

const wanted = (key: string, more: Readonly<Record<string, string>> = {}): Record<string, string> =>
  asking({
    store: 'vault',
    'secret.username': `${key}#username`,
    'secret.password': `${key}#password`,
    ...more,
  });

const ownVault = async (bench: Bench, name: string): Promise<Vault> => {
  return bench.startVault(await createNamespace(bench, `${name}-vault`));
};

/** Long enough to be seen by a start that gives up after 5 s and is tried again. */
const downAtStart = 20_000;

/** Vault is down when a pod starts: it waits with a message that says why, and comes up by itself when Vault is back. */
const atStart: Scenario = {
  name: 'vault-down-at-start',
  run: async (bench) => {
    const key = 'payments/outage/db';
    const credentials = newCredentials();
    const vault = await ownVault(bench, 'outage-start');
    await vault.write(key, { ...credentials });
    const workspace = await Workspace.create(bench, 'outage-start', { vault });
    await vault.goDown(downAtStart);
    const annotations = wanted(key, { 'start-timeout': '5s' });
    await bench.kubectl.apply(workspace.pod('api', { annotations }));
    const message = await workspace.terminationMessage('api', 'keyferry-refresh', 60);
    expectParts(message, ['username', 'password', key, 'vault', 'unavailable']);
    const pod = await workspace.watchPod('api', isReady, 'Ready', 120);
    verifyReadings(await workspace.readings('api', shows(credentials), { seconds: 30 }), [credentials]);
    const restarts = pod.status?.initContainerStatuses?.[0]?.restartCount ?? 0;
    expect(restarts > 0, 'the pod started although Vault was down');
    return { detail: `up after ${restarts} restarts of the agent` };
  },
};

/** Long enough for one refresh at an interval of 10 s to meet it. */
const downLater = 25_000;

/** Vault goes down later: the files stay, the status says that they are stale and why, and it passes when Vault is back. */
const later: Scenario = {
  name: 'vault-down-later',
  run: async (bench) => {
    const { kubectl, signal } = bench;
    const key = 'payments/outage/db';
    const [before, after] = [newCredentials(), newCredentials()];
    const vault = await ownVault(bench, 'outage-later');
    await vault.write(key, { ...before });
    const workspace = await Workspace.create(bench, 'outage-later', { vault });
    const place = { name: 'api', namespace: workspace.namespace };
    await workspace.start(workspace.pod('api', { annotations: wanted(key, { 'refresh-interval': '10s' }) }));
    await workspace.readings('api', shows(before), { seconds: 30 });
    await vault.goDown(downLater);
    const status = async (
      condition: (refs: readonly RefStatus[]) => boolean,
    ): Promise<readonly RefStatus[] | undefined> => {
      const refs = await agentStatus(kubectl, place);
      return condition(refs) ? refs : undefined;
    };
    // The agent's status has no watch.
    const stale = await until(
      'stale files in the status of the agent',
      () => status((refs) => refs.every((ref) => ref.stale)),
      { seconds: 40, signal },
    );
    expect(
      stale.every(({ error }) => error?.code === 'unavailable'),
      `the codes are ${stale.map(({ error }) => error?.code ?? 'none').join()}`,
    );
    const metric = await agentMetric(kubectl, place, 'keyferry_stale_refs');
    expect(metric === 2, `keyferry_stale_refs is ${metric ?? 'missing'}`);
    const pod = await kubectl.get<Pod>(workspace.object('pod', 'api'));
    expect(isReady(pod), 'the pod is not Ready any more');
    // Written as soon as Vault takes it again.
    await until(
      'the end of the outage',
      () =>
        vault.write(key, { ...after }).then(
          () => true,
          () => undefined,
        ),
      {
        seconds: 60,
        signal,
      },
    );
    verifyReadings(await workspace.readings('api', shows(after), { seconds: 60 }), [before, after]);
    await until(
      'the end of the stale state',
      () => status((refs) => refs.every((ref) => !ref.stale && ref.error === null)),
      { seconds: 20, signal },
    );
    return undefined;
  },
};

/** What will not get better by waiting is said at once. */
const refusedBy = (code: 'denied' | 'not_found', key: string): Scenario => ({
  name: `${code.replace('_', '-')}-at-start`,
  run: async (bench) => {
    const workspace = await Workspace.create(bench, code.replace('_', '-'));
    await bench.kubectl.apply(workspace.pod('api', { annotations: wanted(key, { 'start-timeout': '60s' }) }));
    const begun = performance.now();
    const message = await workspace.terminationMessage('api', 'keyferry-refresh', 45);
    expectParts(message, ['username', 'password', JSON.stringify(key), 'vault', `${code}:`]);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    return { detail: `said after ${seconds} s` };
  },
});

/** A new value of the annotation `force-sync` makes the running agent read at once. */
const forceSync: Scenario = {
  name: 'force-sync',
  run: async (bench) => {
    const key = 'payments/force-sync/db';
    const [before, after] = [newCredentials(), newCredentials()];
    await bench.vault.write(key, { ...before });
    const workspace = await Workspace.create(bench, 'force-sync');
    await workspace.start(workspace.pod('api', { annotations: wanted(key, { 'refresh-interval': '1h' }) }));
    await workspace.readings('api', shows(before), { seconds: 30 });
    await bench.vault.write(key, { ...after });
    const begun = performance.now();
    const words = ['annotate', 'pod/api', '--namespace', workspace.namespace, 'keyferry.dev/force-sync=now'];
    await bench.kubectl.run(words);
    // The kubelet may take as long as its sync period, a minute and a half, to show the pod its own annotation.
    verifyReadings(await workspace.readings('api', shows(after), { seconds: 120 }), [before, after]);
    return {
      detail: `in the files ${((performance.now() - begun) / 1000).toFixed(1)} s after kubectl annotate`,
    };
  },
};

export const outageScenarios: readonly Scenario[] = [
  atStart,
  later,
  refusedBy('denied', 'closed/db'),
  refusedBy('not_found', 'payments/nowhere'),
  forceSync,
];
