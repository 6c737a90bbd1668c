import process from 'node:process';
import { Aws } from './aws/aws.ts';
import { Bitwarden, bitwardenNamespace } from './bitwarden/bitwarden.ts';
import { setUpBroker } from './broker.ts';
import { createNamespace, type Bench } from './bench.ts';
import { bundleEmulator } from './bundle.ts';
import { cleanUp, verifyNothingLeft } from './cleanup.ts';
import { listClusterObjects, listSecrets, type Inventory } from './cluster/inventory.ts';
import { Kubectl, named } from './cluster/kubectl.ts';
import { inspectCluster } from './cluster/preflight.ts';
import { Installation } from './install.ts';
import { runParallel } from './parallel.ts';
import { bundleReader } from './pods/program.ts';
import { Report } from './report.ts';
import type { Scenario } from './scenario.ts';
import { disturbing, peaceful } from './scenarios/all.ts';
import { readSettings } from './settings.ts';
import { Vault } from './vault/vault.ts';

/** `make e2e`: installs Keyferry in the cluster of the current kubeconfig, shows what it does there, and takes it away again. */

const { images, force, slow, keep } = readSettings(process.env);
/** So many scenarios side by side. */
const atATime = 4;
const interruptedExitCode = 130;

const interrupted = new AbortController();
const { signal } = interrupted;
const kubectl = new Kubectl(signal);
const report = new Report(
  (line) => process.stdout.write(`${line}\n`),
  () => performance.now(),
);

const setUp = async (installation: Installation): Promise<Bench> => {
  await installation.apply();
  await installation.rolledOut();
  report.say('installed deploy/base, the webhook is ready, and a broker');
  const programs = {
    vault: await bundleEmulator('vault'),
    aws: await bundleEmulator('aws'),
    bitwarden: await bundleEmulator('bitwarden'),
  };
  const namespaces = new Set<string>();
  const { agent: image } = images;
  const startVault = (namespace: string): Promise<Vault> =>
    Vault.start({ kubectl, namespace, image, program: programs.vault });
  const startAws = (namespace: string): Promise<Aws> =>
    Aws.start({ kubectl, namespace, image, program: programs.aws });
  const startBitwarden = (namespace: string): Promise<Bitwarden> =>
    Bitwarden.start({ kubectl, namespace, image, program: programs.bitwarden });
  const [vault, aws, bitwarden] = await Promise.all([
    createNamespace({ kubectl, namespaces }, 'vault').then(startVault),
    createNamespace({ kubectl, namespaces }, 'aws').then(startAws),
    createNamespace({ kubectl, namespaces }, bitwardenNamespace).then(startBitwarden),
  ]);
  await setUpBroker({ kubectl, vault, bitwarden });
  report.say(`started stand-ins: Vault at ${vault.url}, AWS at ${aws.url}, Bitwarden at ${bitwarden.url}`);
  const reader = { image: images.agent, script: await bundleReader() };
  return {
    ...{ kubectl, signal, installation, vault, startVault, aws, startAws, bitwarden },
    ...{ program: reader, namespaces },
  };
};

const runScenario = async (bench: Bench, { name, run }: Scenario): Promise<void> => {
  if (signal.aborted) return;
  const namespaces = new Set<string>();
  const shown = await report.scenario(name, () => run({ ...bench, namespaces }), signal);
  // In the background: the end of the run waits for them. Where something failed, its pods stay until then.
  if (shown && keep !== 'always')
    await Promise.all([...namespaces].map((namespace) => kubectl.delete(named(`namespace/${namespace}`))));
};

const show = async (installation: Installation, secretsBefore: Inventory): Promise<void> => {
  const bench = await setUp(installation);
  const run = (scenario: Scenario): Promise<void> => runScenario(bench, scenario);
  await runParallel(peaceful, atATime, run);
  await runParallel(disturbing({ secretsBefore, slow }), 1, run);
};

const takeAway = async (installation: Installation, before: Inventory): Promise<void> => {
  if (keep === 'always' || (keep === 'on-failure' && report.failed)) {
    report.say('KEEP is set: everything stays, and the next run needs E2E_FORCE=1');
    return;
  }
  report.say('cleaning up');
  // An interrupted run cleans up too; a second interrupt ends that.
  const patient = kubectl.under(new AbortController().signal);
  await report.scenario('clean-up', async () => {
    await cleanUp(patient, installation);
    const others = await verifyNothingLeft(patient, before);
    return others.length === 0 ? undefined : { detail: `new, and not ours: ${others.join(', ')}` };
  });
};

/** The run's exit code. */
const main = async (): Promise<number> => {
  const { version } = await inspectCluster(kubectl, force);
  report.say(`Kubernetes ${version}, ${images.webhook}, ${images.agent}`);
  const installation = await Installation.prepare(kubectl, images);
  const secretsBefore = await listSecrets(kubectl);
  if (force) await cleanUp(kubectl, installation);
  const before = await listClusterObjects(kubectl);
  try {
    await show(installation, secretsBefore);
  } catch (error) {
    if (!signal.aborted) report.failure('set-up', error);
  } finally {
    await takeAway(installation, before);
  }
  if (signal.aborted) {
    report.say('e2e interrupted');
    return interruptedExitCode;
  }
  report.summary();
  return report.failed ? 1 : 0;
};

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    report.say(`${name}: ending`);
    interrupted.abort(new Error('interrupted'));
    process.once(name, () => process.exit(interruptedExitCode));
  });
}
process.exitCode = await main().catch((error: unknown) => {
  report.say(`e2e cannot run: ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});
