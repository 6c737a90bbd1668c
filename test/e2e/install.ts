import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { named, type Kubectl } from './cluster/kubectl.ts';
import { describePod, type Pod } from './cluster/objects.ts';
import { systemNamespace } from './cluster/preflight.ts';
import { brokerFile } from './broker.ts';
import { kustomizeImage } from './image-name.ts';

/** Names of the two images, as the cluster's nodes know them. */
export interface Images {
  readonly webhook: string;
  readonly agent: string;
}

const deploy = join(import.meta.dirname, '..', '..', 'deploy');
const base = join(deploy, 'base');
/** With it the webhook reads External Secrets Operator's objects too, which is all the same where there are none. */
const component = join(deploy, 'components', 'external-secrets-operator');
const configuration = 'mutatingwebhookconfiguration/keyferry-webhook';
export const webhookDeployment = named('deployment/keyferry-webhook', systemNamespace);
export const brokerDeployment = named('deployment/keyferry-broker', systemNamespace);
export const webhookConfiguration = named(configuration);

const rolloutSeconds = 180;

const overlay = async (folder: string, images: Images): Promise<void> => {
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources: [relative(await realpath(folder), base)],
    components: [relative(await realpath(folder), component)],
    // The agent's image stands in a variable of the webhook's container, where kustomize looks only if told.
    configurations: ['image-fields.yaml'],
    patches: [{ path: 'broker.yaml' }],
    images: [
      { name: 'keyferry-webhook', ...kustomizeImage(images.webhook) },
      { name: 'keyferry-agent', ...kustomizeImage(images.agent) },
    ],
  };
  const fields = { images: [{ kind: 'Deployment', path: 'spec/template/spec/containers/env/value' }] };
  await writeFile(join(folder, 'image-fields.yaml'), JSON.stringify(fields));
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'keyferry-broker', namespace: systemNamespace },
    data: { 'broker.yaml': JSON.stringify(brokerFile) },
  };
  await writeFile(join(folder, 'broker.yaml'), JSON.stringify(configMap));
  await writeFile(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
};

/** `deploy/base` with the given images, as the text of its manifests. */
const renderBase = async (kubectl: Kubectl, images: Images): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'keyferry-e2e-'));
  try {
    await overlay(folder, images);
    return await kubectl.run(['kustomize', folder]);
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** The pods of the webhook, those that are about to end among them. */
export const webhookPods = async (kubectl: Kubectl): Promise<readonly Pod[]> => {
  const selector = 'app.kubernetes.io/name=keyferry,app.kubernetes.io/component=webhook';
  const words = ['get', 'pods', '--namespace', systemNamespace, '--selector', selector];
  const { items } = await kubectl.json<{ items: readonly Pod[] }>(words);
  return items;
};

/** An installation of `deploy/base` in the cluster, with External Secrets Operator's objects read. */
export class Installation {
  readonly #kubectl: Kubectl;
  readonly #manifests: string;

  private constructor(kubectl: Kubectl, manifests: string) {
    this.#kubectl = kubectl;
    this.#manifests = manifests;
  }

  /** Renders the manifests; nothing is applied yet. */
  static async prepare(kubectl: Kubectl, images: Images): Promise<Installation> {
    return new Installation(kubectl, await renderBase(kubectl, images));
  }

  /** Applies the manifests, as an installer does the first time and again for each upgrade. */
  async apply(): Promise<void> {
    await this.#kubectl.run(['apply', '--filename', '-'], this.#manifests);
  }

  /** Waits until all replicas are there and Ready; where that does not come, says how far each has got. */
  async rolledOut(): Promise<void> {
    try {
      await this.#kubectl.rolledOut(webhookDeployment, rolloutSeconds);
      // The first replica is Ready at once; another one waits until every namespace has its certificate.
      await this.#kubectl.run([
        ...['wait', brokerDeployment.name, '--namespace', systemNamespace],
        ...['--for=jsonpath={.status.availableReplicas}', `--timeout=${rolloutSeconds}s`],
      ]);
    } catch (error) {
      const pods = await webhookPods(this.#kubectl);
      throw new Error(
        `the pods of the webhook and the broker do not get Ready: ${pods.map(describePod).join('; ')}`,
        {
          cause: error,
        },
      );
    }
  }

  /** Deletes all that the manifests name, and waits for its end. */
  async remove(kubectl: Kubectl): Promise<void> {
    const words = ['delete', '--filename', '-', '--ignore-not-found', '--wait', '--timeout=120s'];
    await kubectl.run(words, this.#manifests);
  }
}
