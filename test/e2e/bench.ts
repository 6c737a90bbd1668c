import { named, type Kubectl, type ObjectName } from './cluster/kubectl.ts';
import { containerStatus, describePod, isReady, type KubernetesObject, type Pod } from './cluster/objects.ts';
import { testNamespacePrefix } from './cluster/preflight.ts';
import type { Installation } from './install.ts';
import { appPod, type AppPod, type AppProgram } from './pods/manifests.ts';
import type { Reading } from './pods/reading.ts';
import { serviceAccount } from './vault/configuration.ts';
import type { Vault } from './vault/vault.ts';
import type { Aws } from './aws/aws.ts';
import type { Bitwarden } from './bitwarden/bitwarden.ts';

/** How long a pod may take to be Ready, in seconds; a machine that is busy with several at once takes its time. */
const readySeconds = 90;

/** What scenarios work with. */
export interface Bench {
  readonly kubectl: Kubectl;
  readonly signal: AbortSignal;
  readonly installation: Installation;
  /** Shared by all scenarios, each with keys of its own. */
  readonly vault: Vault;
  /** Starts another one, for a scenario that takes it down. */
  readonly startVault: (namespace: string) => Promise<Vault>;
  /** Likewise, an AWS account. */
  readonly aws: Aws;
  readonly startAws: (namespace: string) => Promise<Aws>;
  /** Read by the broker alone. */
  readonly bitwarden: Bitwarden;
  readonly program: AppProgram;
  /** Takes note of the namespaces that a scenario makes, so that they go when it has ended. */
  readonly namespaces: Set<string>;
}

type SecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** Creates a namespace for tests; its full name. */
export const createNamespace = async (
  { kubectl, namespaces }: Pick<Bench, 'kubectl' | 'namespaces'>,
  name: string,
  level: SecurityLevel = 'restricted',
): Promise<string> => {
  const namespace = `${testNamespacePrefix}${name}`;
  namespaces.add(namespace);
  const labels = { 'pod-security.kubernetes.io/enforce': level };
  await kubectl.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
  return namespace;
};

/** A namespace of one scenario, with a store `vault` and the ServiceAccount that Vault knows. */
export class Workspace {
  readonly namespace: string;
  readonly #bench: Bench;

  private constructor(bench: Bench, namespace: string) {
    this.#bench = bench;
    this.namespace = namespace;
  }

  /** With nothing in it. */
  static async empty(bench: Bench, name: string, level?: SecurityLevel): Promise<Workspace> {
    return new Workspace(bench, await createNamespace(bench, name, level));
  }

  static async create(
    bench: Bench,
    name: string,
    options: {
      readonly level?: SecurityLevel;
      readonly vault?: Vault;
      readonly accountAnnotations?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Workspace> {
    const { level, vault = bench.vault, accountAnnotations: annotations = {} } = options;
    const workspace = await Workspace.empty(bench, name, level);
    const { namespace } = workspace;
    const metadata = { name: serviceAccount, namespace, annotations };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
    await bench.kubectl.apply(account, vault.store('vault', namespace));
    return workspace;
  }

  pod(name: string, pod: AppPod): KubernetesObject {
    return appPod({ name, namespace: this.namespace }, pod, this.#bench.program);
  }

  object(kind: string, name: string): ObjectName {
    return named(`${kind}/${name}`, this.namespace);
  }

  /** Applies pods and waits until all of them are Ready. */
  async start(...pods: readonly KubernetesObject[]): Promise<readonly Pod[]> {
    await this.#bench.kubectl.apply(...pods);
    return Promise.all(pods.map(({ metadata: { name = '' } }) => this.ready(name)));
  }

  async ready(pod: string): Promise<Pod> {
    return this.watchPod(pod, isReady, 'Ready', readySeconds);
  }

  async watchPod(pod: string, condition: (pod: Pod) => boolean, what: string, seconds: number): Promise<Pod> {
    const options = { seconds, what, describe: describePod };
    return this.#bench.kubectl.watch<Pod>(this.object('pod', pod), condition, options);
  }

  /** Waits until a container of a pod has said something as it ended; what it said. */
  async terminationMessage(pod: string, container: string, seconds: number): Promise<string> {
    const messageOf = (seen: Pod): string | undefined => {
      const { state, lastState } = containerStatus(seen, container) ?? {};
      return state?.terminated?.message ?? lastState?.terminated?.message;
    };
    const seen = await this.watchPod(
      pod,
      (candidate) => messageOf(candidate) !== undefined,
      `a termination message of ${container}`,
      seconds,
    );
    return messageOf(seen) ?? '';
  }

  /** Follows an app's log from its beginning until a reading is as wanted; all readings up to there. */
  async readings(
    pod: string,
    wanted: (reading: Reading) => boolean,
    options: { readonly seconds: number; readonly container?: string },
  ): Promise<readonly Reading[]> {
    const { seconds, container = 'app' } = options;
    const words = ['logs', '--follow', '--namespace', this.namespace, pod, '--container', container];
    const readings: Reading[] = [];
    for await (const line of this.#bench.kubectl.lines(words, AbortSignal.timeout(seconds * 1000))) {
      const reading = JSON.parse(line) as Reading;
      readings.push(reading);
      if (wanted(reading)) return readings;
    }
    this.#bench.signal.throwIfAborted();
    const last = JSON.stringify(readings.at(-1) ?? 'nothing');
    throw new Error(`${pod}: the app did not read what it should within ${seconds} s; last it read ${last}`);
  }
}
