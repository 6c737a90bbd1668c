import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Workspace, type Bench } from '../bench.ts';
import type { KubernetesObject } from '../cluster/objects.ts';
import { secretNames } from '../aws/configuration.ts';
import { bitwardenSecrets } from '../bitwarden/bitwarden.ts';
import { newCredentials, shows, showsFile, verifyReadings } from '../credentials.ts';
import type { Scenario } from '../scenario.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'docs', 'examples', 'payments');

const readManifests = async (file: string): Promise<readonly KubernetesObject[]> =>
  parseAllDocuments(await readFile(join(folder, file), 'utf8')).map(
    (document) => document.toJS() as KubernetesObject,
  );

interface ExampleStore extends KubernetesObject {
  readonly spec: {
    readonly provider: {
      readonly vault?: object;
      readonly aws?: object;
      readonly bitwardensecretsmanager?: object;
    };
  };
}

interface ExamplePod extends KubernetesObject {
  readonly spec: { readonly containers: readonly object[] };
}

/** The example in this cluster: another namespace, the stand-ins' addresses, and an app from an image that the nodes have. */
const adapt = (bench: Bench, namespace: string, manifest: KubernetesObject): KubernetesObject => {
  const placed = { ...manifest, metadata: { ...manifest.metadata, namespace } };
  if (manifest.kind === 'SecretStore') {
    const { vault, aws, bitwardensecretsmanager } = (manifest as ExampleStore).spec.provider;
    const provider = {
      ...(vault && { vault: { ...vault, ...bench.vault.address } }),
      ...(aws && { aws: { ...aws, ...bench.aws.address } }),
      ...(bitwardensecretsmanager && {
        bitwardensecretsmanager: { ...bitwardensecretsmanager, ...bench.bitwarden.address },
      }),
    };
    return { ...placed, spec: { provider } };
  }
  if (manifest.kind !== 'Pod') return placed;
  const { spec } = manifest as ExamplePod;
  const { image, script } = bench.program;
  const app = { image, imagePullPolicy: 'IfNotPresent', command: ['node', '-e', script], args: ['follow'] };
  const containers = spec.containers.map((container) => ({ ...container, ...app }));
  return { ...placed, spec: { ...spec, containers, terminationGracePeriodSeconds: 5 } };
};

/** The manifests that `make demo` plays and the docs print, on a real cluster. */
export const exampleScenario: Scenario = {
  name: 'demo-manifests',
  run: async (bench) => {
    const [before, after] = [newCredentials(), newCredentials()];
    const [feed, nextFeed] = [newCredentials().password, newCredentials().password];
    const [mail, nextMail] = [newCredentials().password, newCredentials().password];
    await bench.vault.write('payments/db', { ...before });
    await bench.aws.write(secretNames.example, { token: feed });
    await bench.bitwarden.write(bitwardenSecrets.example, mail);
    const workspace = await Workspace.empty(bench, 'example');
    const files = ['store.yaml', 'external-secret.yaml', 'payments-api.yaml'];
    const manifests = (await Promise.all(files.map(readManifests))).flat();
    const wanted = manifests.filter(({ kind }) => kind !== 'Namespace');
    await bench.kubectl.apply(...wanted.map((manifest) => adapt(bench, workspace.namespace, manifest)));
    await workspace.ready('payments-api');
    await workspace.readings('payments-api', shows(before), { seconds: 30 });
    await workspace.readings('payments-api', showsFile('fraud-feed-token', feed), { seconds: 30 });
    await workspace.readings('payments-api', showsFile('smtp-password', mail), { seconds: 30 });
    await bench.vault.write('payments/db', { ...after });
    await bench.aws.write(secretNames.example, { token: nextFeed });
    await bench.bitwarden.write(bitwardenSecrets.example, nextMail);
    await workspace.readings('payments-api', showsFile('fraud-feed-token', nextFeed), { seconds: 40 });
    await workspace.readings('payments-api', showsFile('smtp-password', nextMail), { seconds: 40 });
    verifyReadings(await workspace.readings('payments-api', shows(after), { seconds: 40 }), [before, after]);
    return undefined;
  },
};
