import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../test/emulators/kube-api/kube-api.ts';
import type { Pod } from '../test/emulators/podbox/manifest/pod-types.ts';
import { readManifests } from '../test/support/deployed.ts';
import type { DemoCluster } from './cluster.ts';
import type { Narrator } from './say.ts';
import type { Upstream } from './upstream.ts';

const examples = join(import.meta.dirname, '..', 'docs', 'examples', 'payments');
const podFile = join(examples, 'payments-api.yaml');
const externalSecretFile = join(examples, 'external-secret.yaml');
const reference = 'payments/payments-api';
const sidecar = 'keyferry-refresh';

export interface Stage {
  readonly cluster: DemoCluster;
  /** In the order in which the app prints their secrets. */
  readonly upstreams: readonly Upstream[];
  readonly tell: Narrator;
}

/** What the app prints of a secret. */
const fingerprint = (secret: string): string => createHash('sha256').update(secret).digest('hex').slice(0, 8);

type StoreSpec = { readonly provider: Readonly<Record<string, object>> };

/** The example's stores with the addresses and certificate authorities of the stand-ins in them. */
const storeManifests = (upstreams: readonly Upstream[]): readonly Manifest[] =>
  readManifests(join(examples, 'store.yaml')).map((manifest) => {
    const { provider: written } = (manifest['spec'] ?? { provider: {} }) as StoreSpec;
    const upstream = upstreams.find(({ provider }) => Object.hasOwn(written, provider));
    if (upstream === undefined) return manifest;
    const { provider, address } = upstream;
    return { ...manifest, spec: { provider: { [provider]: { ...written[provider], ...address } } } };
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
    `A kubelet starts it: ${sidecar} logs in to Vault and to AWS with the pod's own tokens, proves itself to the broker with a third, and writes the files; ${seconds} s later the app starts.`,
  );
};

/** What a reader has to know of this machine: whether the files are in memory, and whether users are kept apart. */
const sayLimits = ({ cluster, tell }: Stage): void => {
  for (const note of cluster.podbox.notes.filter((text) => /memory|tmpfs|root/.test(text)))
    tell.show(`(${note})`);
};

const lastLine = (log: string): string => log.trimEnd().split('\n').at(-1) ?? '';

/** Waits until the app's last word has all of these secrets in it, and shows it. */
const says = async ({ cluster, tell }: Stage, secrets: readonly string[]): Promise<void> => {
  const hasRead = (log: string): boolean =>
    secrets.every((secret) => lastLine(log).includes(fingerprint(secret)));
  const { log } = await cluster.podbox.until(reference, (view) => hasRead(view.log('app')));
  tell.show(lastLine(log('app')));
};

/** Changes an upstream's secret and waits for the app to have read it; milliseconds in between. */
const rotate = async ({ cluster }: Stage, { rotate: change }: Upstream, secret: string): Promise<number> => {
  await change(secret);
  const began = performance.now();
  await cluster.podbox.until(reference, (view) => view.log('app').includes(fingerprint(secret)));
  return Math.round(performance.now() - began);
};

/** Every upstream's secret rotates; milliseconds until the app had the last of them. */
const rotation = async (stage: Stage, secrets: readonly string[]): Promise<number> => {
  const { cluster, upstreams, tell } = stage;
  const changes = upstreams.map(({ rotates }) => rotates).join(', and ');
  tell.step(
    `Upstream, ${changes}. Nobody touches the pod; its refresh interval is 10 s. In the end the app says:`,
  );
  const times = await Promise.all(
    upstreams.map((upstream, index) => rotate(stage, upstream, secrets[index] ?? '')),
  );
  await says(stage, secrets);
  const { container } = await cluster.podbox.until(reference, () => true);
  const restarts = container('app').restartCount + container(sidecar).restartCount;
  if (restarts > 0) throw new Error(`containers were restarted ${restarts} times`);
  const each = upstreams.map(({ title }, index) => `${title}'s after ${times[index] ?? 0} ms`).join(', ');
  tell.step(`The files changed in place (${each}); no container was restarted.`);
  return Math.max(...times);
};

const hidden = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '…'), text);

/** Shows a file that the template made, without the secrets in it. */
const showConfig = async ({ cluster, tell }: Stage, secrets: readonly string[]): Promise<void> => {
  const folder = cluster.podbox.volume(reference, 'keyferry-secrets');
  const text = await readFile(join(folder, 'config', 'config.yaml'), 'utf8');
  if (!secrets.every((secret) => text.includes(secret)))
    throw new Error('config.yaml does not have the secrets of all stores');
  tell.step(
    'The template made /secrets/config/config.yaml of all three stores (… stands for a secret here):',
  );
  tell.show(hidden(text, secrets));
};

const annotatedFiles = (pod: Manifest): number =>
  Object.keys(pod.metadata.annotations ?? {}).filter((name) => name.startsWith('keyferry.dev/secret.'))
    .length;

interface TemplatedSpec {
  readonly target: { readonly template: { readonly data: Readonly<Record<string, string>> } };
}

const templatedFiles = ({ spec }: Manifest): readonly string[] =>
  Object.keys((spec as TemplatedSpec).target.template.data);

export interface DemoSecrets {
  /** By the upstream's place. */
  readonly first: readonly string[];
  readonly second: readonly string[];
}

/** Tells the story from an empty cluster to rotated secrets; throws where it does not go as told. */
export const playDemo = async (stage: Stage, { first, second }: DemoSecrets): Promise<void> => {
  const { cluster, upstreams, tell } = stage;
  cluster.api.apply(...storeManifests(upstreams));
  tell.step(
    'The platform team has applied docs/examples/payments/store.yaml: where Vault, AWS and Bitwarden are, and who logs in there how.',
  );
  const externalSecrets = readManifests(externalSecretFile);
  cluster.api.apply(...externalSecrets);
  tell.step(
    'The payments team comes from External Secrets Operator. Its ExternalSecret makes two files of all three stores by a template (docs/examples/payments/external-secret.yaml):',
  );
  tell.show(readFileSync(externalSecretFile, 'utf8'));
  const manifests = readManifests(podFile);
  const pod = podOf(manifests);
  cluster.api.apply(...manifests.filter((manifest) => manifest !== pod));
  tell.step(
    'And it writes this, which works unchanged on a real cluster (docs/examples/payments/payments-api.yaml):',
  );
  tell.show(readFileSync(podFile, 'utf8'));
  await refusal(stage, pod);
  await start(stage, await creation(stage, pod));
  sayLimits(stage);
  tell.step('The app reads its files below /secrets in a loop. It says:');
  await says(stage, first);
  await showConfig(stage, first);
  const milliseconds = await rotation(stage, second);
  const files = annotatedFiles(pod) + externalSecrets.flatMap(templatedFiles).length;
  const secrets = cluster.secrets();
  if (secrets.objects + secrets.accesses > 0) throw new Error('somebody made, or asked for, a Secret');
  tell.step('The API server has no Secret object, and nobody ever asked it for one.');
  tell.line(
    `demo ok: ${files} files from ${upstreams.length} stores, rotated in place in ${milliseconds} ms, ${secrets.objects} Secret objects`,
  );
};
