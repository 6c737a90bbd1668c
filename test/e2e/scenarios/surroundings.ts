import { Workspace, type Bench } from '../bench.ts';
import type { Container, KubernetesObject, Pod } from '../cluster/objects.ts';
import { newCredentials, shows, type Credentials } from '../credentials.ts';
import { appTemplate, asking } from '../pods/manifests.ts';
import { expect, type Scenario } from '../scenario.ts';

const wanted = (key: string): Record<string, string> =>
  asking({ store: 'vault', 'secret.username': `${key}#username`, 'secret.password': `${key}#password` });

const prepare = async (bench: Bench, key: string): Promise<Credentials> => {
  const credentials = newCredentials();
  await bench.vault.write(key, { ...credentials });
  return credentials;
};

const agentOf = (pod: Pod | undefined): Container | undefined =>
  pod?.spec.initContainers?.find(({ name }) => name === 'keyferry-refresh');

/** A LimitRange fills in limits after the webhook has answered; the second call finds that and lets it stand. */
const limitRange: Scenario = {
  name: 'limit-range',
  run: async (bench) => {
    const key = 'payments/limit-range/db';
    const credentials = await prepare(bench, key);
    const workspace = await Workspace.create(bench, 'limit-range');
    const limits = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'defaults', namespace: workspace.namespace },
      spec: { limits: [{ type: 'Container', default: { cpu: '750m' }, defaultRequest: { cpu: '20m' } }] },
    };
    await bench.kubectl.apply(limits);
    const [pod] = await workspace.start(workspace.pod('api', { annotations: wanted(key) }));
    await workspace.readings('api', shows(credentials), { seconds: 30 });
    const cpu = agentOf(pod)?.resources?.limits?.['cpu'];
    expect(cpu === '750m', `the agent's CPU limit is ${cpu ?? 'none'}, not that of the LimitRange`);
    return undefined;
  },
};

/** On the node's network the agent declares no port, which would have to be free on the node. */
const hostNetwork: Scenario = {
  name: 'host-network',
  run: async (bench) => {
    const key = 'payments/host-network/db';
    const credentials = await prepare(bench, key);
    const workspace = await Workspace.create(bench, 'host-network', { level: 'privileged' });
    const spec = { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' };
    const [pod] = await workspace.start(workspace.pod('api', { annotations: wanted(key), spec }));
    await workspace.readings('api', shows(credentials), { seconds: 30 });
    expect((agentOf(pod)?.ports ?? []).length === 0, 'the agent declares a port on the node');
    return undefined;
  },
};

/** A pod of the class Guaranteed is of that class with the agent in it. */
const guaranteed: Scenario = {
  name: 'guaranteed',
  run: async (bench) => {
    const key = 'payments/guaranteed/db';
    const credentials = await prepare(bench, key);
    const workspace = await Workspace.create(bench, 'guaranteed');
    const exact = { cpu: '100m', memory: '64Mi' };
    const containers = [{ name: 'app', resources: { limits: exact, requests: exact } }];
    const [pod] = await workspace.start(workspace.pod('api', { annotations: wanted(key), containers }));
    await workspace.readings('api', shows(credentials), { seconds: 30 });
    expect(
      pod?.status?.qosClass === 'Guaranteed',
      `the pod's class is ${pod?.status?.qosClass ?? 'unknown'}`,
    );
    return undefined;
  },
};

interface Event extends KubernetesObject {
  readonly reason: string;
  readonly message: string;
}

/**
 * A store and what uses it in one `kubectl apply`, in either order. A store after a bare pod is the one case that cannot work: kubectl
 * sends it only when the pod has been answered. So what comes first there is a Deployment, whose pods are made meanwhile.
 */
const together: Scenario = {
  name: 'applied-together',
  run: async (bench) => {
    const key = 'payments/together/db';
    const credentials = await prepare(bench, key);
    const workspace = await Workspace.create(bench, 'together');
    const { namespace } = workspace;
    const annotations = { ...wanted(key), ...asking({ store: 'first' }) };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'api', namespace },
      spec: {
        selector: { matchLabels: { app: 'app' } },
        template: appTemplate(
          { annotations: { ...wanted(key), ...asking({ store: 'second' }) } },
          bench.program,
        ),
      },
    };
    await bench.kubectl.apply(
      bench.vault.store('first', namespace),
      workspace.pod('bare', { annotations }),
      deployment,
      bench.vault.store('second', namespace, 'jwt'),
    );
    await workspace.ready('bare');
    await bench.kubectl.rolledOut(workspace.object('deployment', 'api'), 60);
    await workspace.readings('bare', shows(credentials), { seconds: 30 });
    await workspace.readings('deployment/api', shows(credentials), { seconds: 30 });
    const events = ['get', 'events', '--namespace', namespace, '--field-selector', 'reason=FailedCreate'];
    const { items } = await bench.kubectl.json<{ items: readonly Event[] }>(events);
    expect(items.length === 0, `a pod was refused at first: ${items[0]?.message ?? ''}`);
    return undefined;
  },
};

export const surroundingScenarios: readonly Scenario[] = [limitRange, hostNetwork, guaranteed, together];
