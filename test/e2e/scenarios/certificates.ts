import { generate } from 'selfsigned';
import { Workspace, type Bench } from '../bench.ts';
import { asking } from '../pods/manifests.ts';
import { webhookConfiguration } from '../install.ts';
import { expect, type Scenario } from '../scenario.ts';
import {
  bundleBecomes,
  bundleFingerprints,
  bundleText,
  readConfiguration,
  servedFingerprints,
  tryAdmission,
} from '../webhook.ts';
import { until } from '../cluster/until.ts';
import { X509Certificate } from 'node:crypto';

const repairSeconds = 60;

const caBundlePath = '/webhooks/0/clientConfig/caBundle';

const patchBundle = async ({ kubectl }: Bench, operation: object): Promise<void> => {
  const patch = JSON.stringify([{ ...operation, path: caBundlePath }]);
  await kubectl.run(['patch', webhookConfiguration.name, '--type=json', '--patch', patch]);
};

const admitsAgain = async (bench: Bench, name: string): Promise<void> => {
  const workspace = await Workspace.create(bench, name);
  const annotations = asking({ 'secret.password': 'vault://payments/db#password' });
  const pod = workspace.pod('api', { annotations });
  // The API server learns of the bundle by a watch of its own.
  await until(
    'the admission of a pod',
    async () => ((await tryAdmission(bench, pod)).injected ? true : undefined),
    { seconds: repairSeconds, signal: bench.signal },
  );
};

const present = async (bench: Bench): Promise<ReadonlySet<string>> =>
  bundleFingerprints(await readConfiguration(bench.kubectl));

/** Somebody wipes the bundle. */
const wiped: Scenario = {
  name: 'ca-bundle-wiped',
  run: async (bench) => {
    const before = await servedFingerprints(bench.kubectl);
    await patchBundle(bench, { op: 'remove' });
    const begun = performance.now();
    await bundleBecomes(bench.kubectl, before, repairSeconds);
    const milliseconds = Math.round(performance.now() - begun);
    await admitsAgain(bench, 'bundle-wiped');
    return { detail: `whole again after ${milliseconds} ms` };
  },
};

/** An installer applies the manifests again: they do not name the bundle, so it stays. */
const appliedAgain: Scenario = {
  name: 'base-applied-again',
  run: async (bench) => {
    const before = await readConfiguration(bench.kubectl);
    await bench.installation.apply();
    const after = await readConfiguration(bench.kubectl);
    expect(bundleText(after) === bundleText(before), 'applying deploy/base again changed the bundle');
    await admitsAgain(bench, 'applied-again');
    return undefined;
  },
};

const day = 24 * 60 * 60 * 1000;

/** A certificate as a replica makes them, of a pod that never was, with its life behind it. */
const expiredCertificate = async (): Promise<string> => {
  const now = Date.now();
  const { cert } = await generate([{ name: 'commonName', value: 'keyferry' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - 2 * day),
    notAfterDate: new Date(now - day),
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'keyferry-webhook.keyferry-system.svc' },
          { type: 6, value: 'urn:uuid:00000000-0000-4000-8000-000000000000' },
        ],
      },
    ],
  });
  return `${cert.trim().replaceAll('\r', '')}\n`;
};

/** A certificate that has expired is taken out, and nobody's else. */
const expiredRemoved: Scenario = {
  name: 'expired-certificate',
  run: async (bench) => {
    const own = await present(bench);
    const pem = await expiredCertificate();
    const text = `${bundleText(await readConfiguration(bench.kubectl))}${pem}`;
    await patchBundle(bench, { op: 'replace', value: Buffer.from(text).toString('base64') });
    expect(!own.has(new X509Certificate(pem).fingerprint256), 'the expired certificate is not new');
    await bundleBecomes(bench.kubectl, own, repairSeconds);
    return undefined;
  },
};

export const certificateScenarios: readonly Scenario[] = [wiped, appliedAgain, expiredRemoved];
