import { Workspace, type Bench } from '../bench.ts';
import { bitwardenSecrets } from '../bitwarden/bitwarden.ts';
import { bitwardenStore, brokerReplicas } from '../broker.ts';
import { named } from '../cluster/kubectl.ts';
import type { KubernetesObject, Pod } from '../cluster/objects.ts';
import { withForwardedPort } from '../cluster/port-forward.ts';
import { systemNamespace } from '../cluster/preflight.ts';
import { newCredentials, showsFile } from '../credentials.ts';
import { brokerDeployment } from '../install.ts';
import { asking } from '../pods/manifests.ts';
import { expect, expectParts, type Scenario } from '../scenario.ts';
import { sendRequest } from '../stand-ins/request.ts';
import { serviceAccount } from '../vault/configuration.ts';

interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const newValue = (): string => newCredentials().password;
const trustOf = ({ data = {} }: ConfigMap): string => data['bundle.pem'] ?? '';

const annotations = asking({
  'secret.token': `${bitwardenStore}://${bitwardenSecrets.rotation}`,
  'refresh-interval': '10s',
});

/** Writes a new value, and waits until an app has read it; seconds in between. */
const rotate = async (bench: Bench, workspace: Workspace, seconds: number): Promise<string> => {
  const value = newValue();
  await bench.bitwarden.write(bitwardenSecrets.rotation, value);
  const began = performance.now();
  const readings = await workspace.readings('api', showsFile('token', value), { seconds });
  const failures = Math.max(0, ...readings.map((reading) => reading.failures));
  expect(failures === 0, `the app found a file missing or unreadable ${failures} times`);
  return ((performance.now() - began) / 1000).toFixed(1);
};

/** A token of the app's pod, bound to it as the kubelet's are, but used by somebody who is not the pod. */
const useElsewhere = async ({ kubectl }: Bench, workspace: Workspace): Promise<void> => {
  const pod = await kubectl.get<Pod & { metadata: { uid: string } }>(workspace.object('pod', 'api'));
  const words = [
    'create',
    'token',
    serviceAccount,
    '--namespace',
    workspace.namespace,
    '--audience',
    'keyferry',
  ];
  const bound = [
    '--bound-object-kind',
    'Pod',
    '--bound-object-name',
    'api',
    '--bound-object-uid',
    pod.metadata.uid,
  ];
  const token = (await kubectl.run([...words, ...bound])).trim();
  const trust = await kubectl.get<ConfigMap>(workspace.object('configmap', 'keyferry-trust'));
  const reads = [
    { store: { kind: 'ClusterSecretStore', name: bitwardenStore }, key: bitwardenSecrets.rotation },
  ];
  const target = { ...brokerDeployment, port: 8444 };
  const answer = await withForwardedPort(kubectl, target, (port) =>
    sendRequest({
      port,
      serverName: `keyferry-broker.${systemNamespace}.svc`,
      authority: trustOf(trust),
      method: 'POST',
      path: '/v1/secrets',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: { version: 1, fresh: false, reads },
    }).then(
      () => 'it was served',
      (error: unknown) => String(error),
    ),
  );
  expectParts(answer, ['403', 'address']);
};

const refused = async ({ kubectl }: Bench, workspace: Workspace): Promise<void> => {
  const foreign = asking({ 'secret.token': `${bitwardenStore}://${bitwardenSecrets.example}` });
  const { code, stderr } = await kubectl.attemptApply(workspace.pod('foreign', { annotations: foreign }));
  expect(code !== 0, 'a pod was admitted that asks for a key outside of the policy');
  expectParts(stderr, [bitwardenSecrets.example, 'spec.access']);
};

/** A Bitwarden secret by name, through the broker: rotation, policy, a stolen token, and a broker that dies. */
const bitwarden: Scenario = {
  name: 'broker-bitwarden',
  run: async (bench) => {
    const { kubectl } = bench;
    const first = newValue();
    await bench.bitwarden.write(bitwardenSecrets.rotation, first);
    const workspace = await Workspace.create(bench, 'broker');
    await refused(bench, workspace);
    const began = performance.now();
    await workspace.start(workspace.pod('api', { annotations }));
    const started = ((performance.now() - began) / 1000).toFixed(1);
    await workspace.readings('api', showsFile('token', first), { seconds: 30 });
    const seen = await rotate(bench, workspace, 40);
    await kubectl.watch<ConfigMap>(
      workspace.object('configmap', 'keyferry-trust'),
      (map) => trustOf(map).includes('BEGIN CERTIFICATE'),
      { seconds: 30, what: "the broker's certificates" },
    );
    await useElsewhere(bench, workspace);
    for (const replica of await brokerReplicas(kubectl)) await kubectl.delete(replica);
    const afterwards = await rotate(bench, workspace, 240);
    const logins = (await bench.bitwarden.operations()).filter((operation) => operation === 'login').length;
    return {
      detail: `ready after ${started} s, a rotation read after ${seen} s, and after ${afterwards} s where all brokers had been deleted; ${logins} logins`,
    };
  },
};

const podCount = 12;

/** Brokers are replaced while pods start through them: none fails. */
export const brokerRolloutScenario: Scenario = {
  name: 'broker-rollout',
  run: async (bench) => {
    const { kubectl } = bench;
    await bench.bitwarden.write(bitwardenSecrets.rotation, newValue());
    const workspace = await Workspace.create(bench, 'broker-rollout');
    await kubectl.run(['rollout', 'restart', brokerDeployment.name, '--namespace', systemNamespace]);
    const over = new AbortController();
    const rolled = kubectl.rolledOut(brokerDeployment, 900).finally(() => {
      over.abort();
    });
    let started = 0;
    while (!over.signal.aborted) {
      const names = Array.from({ length: podCount }, (_, index) => `api-${started + index}`);
      const pods = await workspace.start(...names.map((name) => workspace.pod(name, { annotations })));
      started += podCount;
      const restarts = pods.flatMap(({ status }) => status?.initContainerStatuses ?? []);
      expect(
        restarts.every(({ restartCount }) => restartCount === 0),
        'an agent had to start twice',
      );
      for (const name of names) await kubectl.delete(named(`pod/${name}`, workspace.namespace));
    }
    await rolled;
    return { detail: `${started} pods` };
  },
};

export const brokerScenarios: readonly Scenario[] = [bitwarden];
