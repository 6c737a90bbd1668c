import { Workspace, type Bench } from '../bench.ts';
import { systemNamespace } from '../cluster/preflight.ts';
import { until } from '../cluster/until.ts';
import { webhookDeployment } from '../install.ts';
import { asking } from '../pods/manifests.ts';
import { expect, type Scenario } from '../scenario.ts';
import { bundleBecomes, servedFingerprints, tryAdmission } from '../webhook.ts';

/** A certificate goes when its pod has been gone for 5 minutes; the replicas look once a minute. */
const pruneSeconds = 8 * 60;
/** Of the shortest life, 10 minutes, two thirds have to pass, and two pauses of a minute. */
const renewalSeconds = 10 * 60;

/** The certificates of replicas that are gone leave the bundle. */
const pruned: Scenario = {
  name: 'certificates-pruned',
  run: async (bench) => {
    await bundleBecomes(bench.kubectl, await servedFingerprints(bench.kubectl), pruneSeconds);
    return undefined;
  },
};

const withLifetime = async ({ kubectl, installation }: Bench, lifetime: string): Promise<void> => {
  const add = {
    op: 'add',
    path: '/spec/template/spec/containers/0/args/-',
    value: `--certificate-lifetime=${lifetime}`,
  };
  const words = ['patch', webhookDeployment.name, '--namespace', systemNamespace, '--type=json', '--patch'];
  await kubectl.run([...words, JSON.stringify([add])]);
  await installation.rolledOut();
};

/** Asks for admission all the time, without creating anything, until `over`; gives what was refused. */
const askForAdmission = async (bench: Bench, over: AbortSignal): Promise<readonly string[]> => {
  const workspace = await Workspace.create(bench, 'renewal');
  const pod = workspace.pod('api', { annotations: asking({ 'secret.password': 'vault://payments/db' }) });
  const refusals: string[] = [];
  while (!over.aborted && !bench.signal.aborted) {
    const { injected, message } = await tryAdmission(bench, pod);
    if (!injected) refusals.push(message);
  }
  return refusals;
};

/** Replicas with certificates of 10 minutes renew them while they serve, and no admission fails. */
const renewed: Scenario = {
  name: 'certificates-renewed',
  run: async (bench) => {
    const { kubectl, installation, signal } = bench;
    await withLifetime(bench, '10m');
    const over = new AbortController();
    const asked = askForAdmission(bench, over.signal);
    try {
      const before = await servedFingerprints(kubectl);
      // What a server shows in its handshake has no watch.
      const after = await until(
        'the new certificates',
        async () => {
          const served = await servedFingerprints(kubectl);
          return served.size === before.size && served.isDisjointFrom(before) ? served : undefined;
        },
        { seconds: renewalSeconds, signal },
      );
      await bundleBecomes(kubectl, after, pruneSeconds);
    } finally {
      over.abort();
      await installation.apply();
      await installation.rolledOut();
    }
    const refusals = await asked;
    expect(refusals.length === 0, `${refusals.length} admissions failed: ${refusals[0] ?? ''}`);
    return undefined;
  },
};

/** What takes minutes, because time itself has to pass: only with `E2E_SLOW=1`. */
export const slowScenarios: readonly Scenario[] = [pruned, renewed];
