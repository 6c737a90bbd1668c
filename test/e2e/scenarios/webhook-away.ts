import { Workspace, type Bench } from '../bench.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { systemNamespace } from '../cluster/preflight.ts';
import { until } from '../cluster/until.ts';
import { webhookConfiguration, webhookDeployment } from '../install.ts';
import { asking } from '../pods/manifests.ts';
import { expect, expectParts, type Scenario } from '../scenario.ts';
import { replicas, tryAdmission } from '../webhook.ts';

const seconds = 60;

interface Pods {
  readonly annotated: KubernetesObject;
  readonly plain: KubernetesObject;
}

const createPods = async (bench: Bench, name: string): Promise<Pods> => {
  const workspace = await Workspace.create(bench, name);
  const annotations = asking({ 'secret.password': 'vault://payments/db#password' });
  return { annotated: workspace.pod('annotated', { annotations }), plain: workspace.pod('plain', {}) };
};

/** API servers learn of a changed configuration by a watch of their own, which shows from outside only in what they answer. */
const refusal = (bench: Bench, pod: KubernetesObject): Promise<string> =>
  until(
    'the refusal of an annotated pod',
    async () => {
      const { admitted, message } = await tryAdmission(bench, pod);
      return admitted ? undefined : message;
    },
    { seconds, signal: bench.signal },
  );

const admission = (bench: Bench, pod: KubernetesObject): Promise<true> =>
  until(
    'the admission of an annotated pod',
    async () => ((await tryAdmission(bench, pod)).injected ? true : undefined),
    { seconds, signal: bench.signal },
  );

const expectPlainAdmitted = async (bench: Bench, { plain }: Pods): Promise<void> => {
  const { admitted, message } = await tryAdmission(bench, plain);
  expect(admitted, `a pod that asks for nothing was refused: ${message}`);
};

/** Somebody deletes the webhook's configuration: the admission policy refuses what would start without its secrets. */
const configurationDeleted: Scenario = {
  name: 'webhook-configuration-deleted',
  run: async (bench) => {
    const pods = await createPods(bench, 'no-configuration');
    await bench.kubectl.delete(webhookConfiguration);
    try {
      const message = await refusal(bench, pods.annotated);
      expectParts(message, [
        'ValidatingAdmissionPolicy',
        'keyferry-injected-pods.keyferry.dev',
        'keyferry-refresh',
      ]);
      await expectPlainAdmitted(bench, pods);
    } finally {
      await bench.installation.apply();
    }
    await admission(bench, pods.annotated);
    return undefined;
  },
};

/** No replica runs: annotated pods are refused and not started without their secrets, all others are admitted. */
const noReplica: Scenario = {
  name: 'webhook-unreachable',
  run: async (bench) => {
    const { kubectl } = bench;
    const pods = await createPods(bench, 'no-replica');
    const before = await replicas(kubectl);
    const scale = ['scale', webhookDeployment.name, '--namespace', systemNamespace];
    await kubectl.run([...scale, '--replicas=0']);
    try {
      await Promise.all(before.map((replica) => kubectl.gone(replica, seconds)));
      expectParts(await refusal(bench, pods.annotated), ['failed calling webhook "inject.keyferry.dev"']);
      await expectPlainAdmitted(bench, pods);
    } finally {
      await kubectl.run([...scale, '--replicas=2']);
      await bench.installation.rolledOut();
    }
    await admission(bench, pods.annotated);
    return undefined;
  },
};

export const webhookAwayScenarios: readonly Scenario[] = [configurationDeleted, noReplica];
