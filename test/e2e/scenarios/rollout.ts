import { Workspace, type Bench } from '../bench.ts';
import { listOf, type Pod } from '../cluster/objects.ts';
import { systemNamespace } from '../cluster/preflight.ts';
import { webhookDeployment } from '../install.ts';
import { asking, neverScheduled } from '../pods/manifests.ts';
import { expect, type Scenario } from '../scenario.ts';
import { bundleFingerprints, readConfiguration, servedFingerprints } from '../webhook.ts';

/** At the same time, each as fast as it is answered. */
const creators = 2;
/** In one call of kubectl, which creates them one after the other. */
const podsAtOnce = 5;

/** Creates pods, one after the other, until `over`; gives what the API server said of those that it refused. */
const createPods = async (
  bench: Bench,
  workspace: Workspace,
  over: AbortSignal,
): Promise<readonly string[]> => {
  const annotations = asking({ 'secret.password': 'vault://payments/db#password' });
  const pod = workspace.pod('order-', { annotations, spec: neverScheduled });
  const pods = JSON.stringify(listOf(Array.from({ length: podsAtOnce }, () => pod)));
  const refusals: string[] = [];
  while (!over.aborted && !bench.signal.aborted) {
    const { code, stderr } = await bench.kubectl.attempt(['create', '--filename', '-'], pods);
    if (code !== 0) refusals.push(stderr.trim());
  }
  return refusals;
};

const restart = async ({ kubectl, installation }: Bench): Promise<void> => {
  await kubectl.run(['rollout', 'restart', webhookDeployment.name, '--namespace', systemNamespace]);
  await installation.rolledOut();
};

/**
 * All replicas are replaced while pods are created all the time: none is refused, each is injected. The certificates of the new replicas
 * have joined those of the old ones, which the bundle keeps until their pods have been gone for 5 minutes.
 */
const rollout: Scenario = {
  name: 'webhook-rollout',
  run: async (bench) => {
    const { kubectl } = bench;
    const workspace = await Workspace.create(bench, 'rollout');
    const before = await servedFingerprints(kubectl);
    const over = new AbortController();
    const creating = Promise.all(
      Array.from({ length: creators }, () => createPods(bench, workspace, over.signal)),
    );
    await restart(bench).finally(() => {
      over.abort();
    });
    const refusals = (await creating).flat();
    expect(refusals.length === 0, `${refusals.length} pods were refused: ${refusals[0] ?? ''}`);
    const words = ['get', 'pods', '--namespace', workspace.namespace];
    const { items } = await kubectl.json<{ items: readonly Pod[] }>(words);
    const bare = items.filter(({ spec }) => spec.initContainers?.[0]?.name !== 'keyferry-refresh');
    expect(bare.length === 0, `${bare.length} of ${items.length} pods were created without the agent`);
    const after = await servedFingerprints(kubectl);
    const bundle = bundleFingerprints(await readConfiguration(kubectl));
    expect(
      after.size === 2 && after.isDisjointFrom(before),
      'the replicas serve the certificates of old ones',
    );
    expect(after.isSubsetOf(bundle), 'a replica is Ready and its certificate is not in the bundle');
    expect(before.isSubsetOf(bundle), 'certificates of old replicas went at once');
    return { detail: `${items.length} pods, all injected` };
  },
};

export const rolloutScenarios: readonly Scenario[] = [rollout];
