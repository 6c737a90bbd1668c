import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../test/emulators/kube-api/kube-api.ts';
import type { Pod } from '../test/emulators/podbox/manifest/pod-types.ts';
import type { VaultServer } from '../test/emulators/vault/server.ts';
import { readManifests, type DemoCluster } from './cluster.ts';
import type { Narrator } from './say.ts';
import { credentialsPath } from './vault.ts';

const examples = join(import.meta.dirname, '..', 'docs', 'examples', 'payments');
const podFile = join(examples, 'payments-api.yaml');
const reference = 'payments/payments-api';
const sidecar = 'keyferry-refresh';

export interface Stage {
  readonly cluster: DemoCluster;
  readonly vault: VaultServer;
  readonly tell: Narrator;
}

/** What the app prints of a password. */
const fingerprint = (password: string): string =>
  createHash('sha256').update(password).digest('hex').slice(0, 8);

/** The example's store with this Vault's address and certificate authority in it. */
const storeManifests = (vault: VaultServer): readonly Manifest[] =>
  readManifests(join(examples, 'store.yaml')).map((manifest) => {
    if (manifest.kind !== 'SecretStore') return manifest;
    const { provider } = manifest['spec'] as { provider: { vault: object } };
    const here = { server: vault.url, caBundle: Buffer.from(vault.caPem).toString('base64') };
    return { ...manifest, spec: { provider: { vault: { ...provider.vault, ...here } } } };
  });

const podOf = (manifests: readonly Manifest[]): Manifest => {
  const pod = manifests.find(({ kind }) => kind === 'Pod');
  if (pod === undefined) throw new Error(`${podFile} has no pod`);
  return pod;
};

/** A pod as a hurried person writes it. */
const mistyped = (pod: Manifest): Manifest => {
  const annotations = {
    ...pod.metadata.annotations,
    'keyferry.dev/secret.password': 'payments/../db#password',
    'keyferry.dev/refresh-intervall': '1m',
  };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
};

const refusal = async ({ cluster, tell }: Stage, pod: Manifest): Promise<void> => {
  const answer = await cluster.create(mistyped(pod));
  if (answer.kind !== 'refused') throw new Error('a pod with mistakes in its annotations was let in');
  tell.step('With two mistakes in its annotations the pod is refused, and told both at once:');
  tell.show(answer.message);
};

const creation = async ({ cluster, tell }: Stage, pod: Manifest): Promise<Pod> => {
  const answer = await cluster.create(pod);
  if (answer.kind === 'refused') throw new Error(answer.message);
  const added = answer.pod.spec?.initContainers?.map(({ name }) => name).join(', ') ?? '';
  tell.step(
    `As it is written, the pod is admitted; the webhook added the container ${added} and three volumes in memory.`,
  );
  return answer.pod;
};

const start = async ({ cluster, tell }: Stage, pod: Pod): Promise<void> => {
  const began = performance.now();
  await cluster.podbox.run({ apiVersion: 'v1', kind: 'Pod', metadata: pod.metadata, spec: pod.spec } as Pod);
  await cluster.podbox.until(reference, ({ container }) => container('app').state.running !== undefined);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  tell.step(
    `A kubelet starts it: ${sidecar} logs in to Vault with the pod's own token and writes the files; ${seconds} s later the app starts.`,
  );
};

/** What a reader has to know of this machine: whether the files are in memory, and whether users are kept apart. */
const sayLimits = ({ cluster, tell }: Stage): void => {
  for (const note of cluster.podbox.notes.filter((text) => /memory|tmpfs|root/.test(text)))
    tell.show(`(${note})`);
};

const lastLine = (log: string): string => log.trimEnd().split('\n').at(-1) ?? '';

const reads = async ({ cluster, tell }: Stage, password: string): Promise<void> => {
  const { log } = await cluster.podbox.until(reference, (view) =>
    view.log('app').includes(fingerprint(password)),
  );
  tell.step('The app reads /secrets/username and /secrets/password in a loop. It says:');
  tell.show(lastLine(log('app')));
};

/** Changes the password upstream and waits for the app to have it; milliseconds in between. */
const rotation = async ({ cluster, vault, tell }: Stage, password: string): Promise<number> => {
  await vault.rotate(credentialsPath, { password });
  const began = performance.now();
  tell.step(
    'In Vault, the password rotates. Nobody touches the pod; its refresh interval is 10 s. The app says:',
  );
  const { log, container } = await cluster.podbox.until(reference, (view) =>
    view.log('app').includes(fingerprint(password)),
  );
  const milliseconds = Math.round(performance.now() - began);
  tell.show(lastLine(log('app')));
  const restarts = container('app').restartCount + container(sidecar).restartCount;
  if (restarts > 0) throw new Error(`containers were restarted ${restarts} times`);
  tell.step(`The files changed in place after ${milliseconds} ms; no container was restarted.`);
  return milliseconds;
};

/** Tells the story from an empty cluster to a rotated password; throws where it does not go as told. */
export const playDemo = async (
  stage: Stage,
  passwords: { readonly first: string; readonly second: string },
): Promise<void> => {
  const { cluster, vault, tell } = stage;
  cluster.api.apply(...storeManifests(vault));
  tell.step(
    'The platform team has applied docs/examples/payments/store.yaml: where the Vault is, and how pods log in.',
  );
  const manifests = readManifests(podFile);
  const pod = podOf(manifests);
  cluster.api.apply(...manifests.filter((manifest) => manifest !== pod));
  tell.step(
    'The payments team writes this, which works unchanged on a real cluster (docs/examples/payments/payments-api.yaml):',
  );
  tell.show(readFileSync(podFile, 'utf8'));
  await refusal(stage, pod);
  await start(stage, await creation(stage, pod));
  sayLimits(stage);
  await reads(stage, passwords.first);
  const milliseconds = await rotation(stage, passwords.second);
  const files = 2;
  const secrets = cluster.secrets();
  if (secrets.objects + secrets.accesses > 0) throw new Error('somebody made, or asked for, a Secret');
  tell.step('The API server has no Secret object, and nobody ever asked it for one.');
  tell.line(
    `demo ok: ${files} files, rotated in place in ${milliseconds} ms, ${secrets.objects} Secret objects`,
  );
};
