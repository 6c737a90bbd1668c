import { Workspace, type Bench } from '../bench.ts';
import type { Pod } from '../cluster/objects.ts';
import { until } from '../cluster/until.ts';
import { newCredentials } from '../credentials.ts';
import { asking, type AppPod } from '../pods/manifests.ts';
import { expect, type Scenario } from '../scenario.ts';

const rounds = 5;

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * From the creation of a pod to the start of its app's process, in milliseconds. Two clocks are compared, the driver's and the node's: how
 * they differ is the same for all pods, so the difference between two of these numbers is right.
 */
const startTime = async (bench: Bench, workspace: Workspace, name: string, pod: AppPod): Promise<number> => {
  const created = Date.now();
  await bench.kubectl.apply(workspace.pod(name, pod));
  await workspace.ready(name);
  const [first] = await workspace.readings(name, () => true, { seconds: 30 });
  await bench.kubectl.delete(workspace.object('pod', name));
  await bench.kubectl.gone(workspace.object('pod', name), 60);
  return (first?.startedAt ?? Number.NaN) - created;
};

/** How much later an app starts for its secrets. A number to look at: what is slow depends on the cluster. */
const startDelay: Scenario = {
  name: 'start-delay',
  run: async (bench) => {
    const key = 'payments/start-delay/db';
    await bench.vault.write(key, { ...newCredentials() });
    const workspace = await Workspace.create(bench, 'start-delay');
    const lifecycles = ['native', 'init+sidecar', 'init'];
    const times = new Map<string, number[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const lifecycle of ['', ...lifecycles]) {
        const annotations = asking({ 'secret.password': `vault://${key}#password`, lifecycle });
        const name = `${lifecycle.replace('+', '-') || 'plain'}-${round}`;
        const time = await startTime(bench, workspace, name, lifecycle === '' ? {} : { annotations });
        times.set(lifecycle, [...(times.get(lifecycle) ?? []), time]);
      }
    }
    const plain = median(times.get('') ?? []);
    const delays = lifecycles.map(
      (lifecycle) => `${lifecycle} ${((median(times.get(lifecycle) ?? []) - plain) / 1000).toFixed(2)} s`,
    );
    return { detail: `later than without injection: ${delays.join(', ')}` };
  },
};

interface ContainerStats {
  readonly name: string;
  readonly memory?: { readonly workingSetBytes?: number; readonly rssBytes?: number };
}

interface NodeStats {
  readonly pods?: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string };
    readonly containers?: readonly ContainerStats[];
  }[];
}

const mebi = 2 ** 20;

/** What the kubelet of the pod's node has measured; undefined until it has. */
const agentMemory = async (
  { kubectl }: Bench,
  { spec: { nodeName = '' }, metadata: { name, namespace } }: Pod,
): Promise<ContainerStats['memory']> => {
  const stats = JSON.parse(await kubectl.raw(`/api/v1/nodes/${nodeName}/proxy/stats/summary`)) as NodeStats;
  const pod = stats.pods?.find(({ podRef }) => podRef.name === name && podRef.namespace === namespace);
  return pod?.containers?.find((container) => container.name === 'keyferry-refresh')?.memory;
};

/** Room for the memory volumes, which count as the agent's, is not in it. */
const limitMebi = 160;

/** What the agent takes on a node, where the kubelet says so. */
const memory: Scenario = {
  name: 'agent-memory',
  run: async (bench) => {
    const key = 'payments/memory/db';
    await bench.vault.write(key, { ...newCredentials() });
    const workspace = await Workspace.create(bench, 'memory');
    const annotations = asking({ 'secret.password': `vault://${key}#password` });
    const [pod] = await workspace.start(workspace.pod('api', { annotations }));
    if (pod === undefined) return { skipped: 'no pod' };
    const { nodeName = '' } = pod.spec;
    const access = await bench.kubectl.attempt([
      'get',
      '--raw',
      `/api/v1/nodes/${nodeName}/proxy/stats/summary`,
    ]);
    if (access.code !== 0)
      return { skipped: `the kubelet's statistics cannot be had: ${access.stderr.trim()}` };
    // The kubelet measures by itself, every 10 to 20 s, and announces nothing.
    const measured = await until(
      "the kubelet's measurement",
      async () => {
        const found = await agentMemory(bench, pod);
        return found?.workingSetBytes === undefined ? undefined : found;
      },
      { seconds: 60, signal: bench.signal },
    );
    const [working, rss] = [measured.workingSetBytes ?? 0, measured.rssBytes ?? 0].map((bytes) =>
      Math.round(bytes / mebi),
    );
    expect((working ?? 0) < limitMebi, `the agent's working set is ${working ?? 0} MiB`);
    return { detail: `working set ${working ?? 0} MiB, of it anonymous ${rss ?? 0} MiB` };
  },
};

export const startDelayScenario = startDelay;
export const memoryScenario = memory;
