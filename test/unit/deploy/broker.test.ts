import { describe, expect, test } from '@jest/globals';
import { parseFlags } from '../../../broker/flags.ts';
import { brokerPort, brokerService } from '../../../lib/broker/names.ts';
import { parseBrokerInstall } from '../../../lib/broker/install.ts';
import { at, listAt, named } from './manifests.ts';

const deployment = named('Deployment', brokerService).object;
const webhook = named('Deployment', 'keyferry-webhook').object;
const pod = at(deployment, 'spec.template.spec');
const container = at(pod, 'containers.0');
const podLabels = { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': 'broker' };

describe('the broker’s pods', () => {
  test('meet Pod Security restricted, as the webhook’s do', () => {
    const container0 = 'spec.template.spec.containers.0.securityContext';
    expect(at(deployment, container0)).toEqual(at(webhook, container0));
    expect(at(pod, 'securityContext')).toEqual({
      ...(at(webhook, 'spec.template.spec.securityContext') as object),
      fsGroup: 65532,
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
      expect(at(pod, field)).toBeUndefined();
    expect(listAt(pod, 'containers')).toHaveLength(1);
  });

  test('run a program of the webhook’s image, with the install’s file', () => {
    expect(at(container, 'image')).toBe(at(webhook, 'spec.template.spec.containers.0.image'));
    expect(at(container, 'command')).toEqual(['node', '--disable-sigusr1', '/opt/keyferry/broker.mjs']);
    expect(at(container, 'args')).toEqual(['--broker-config=/etc/keyferry/broker/broker.yaml']);
    expect(parseFlags(listAt(container, 'args').map(String))).toMatchObject({
      ok: true,
      value: {
        port: brokerPort,
        adminPort: 8080,
        brokerConfig: '/etc/keyferry/broker/broker.yaml',
        checkPeerAddress: true,
      },
    });
  });

  test('prefer nodes that Bitwarden’s SDK is built for, and take others', () => {
    expect(at(pod, 'affinity')).toEqual({
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            preference: {
              matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64'] }],
            },
          },
        ],
      },
    });
  });

  test('write nowhere but in memory', () => {
    expect(listAt(pod, 'volumes')).toEqual([
      { name: 'broker-config', configMap: { name: 'keyferry-broker' } },
      { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
    ]);
    expect(listAt(container, 'volumeMounts')).toEqual([
      { name: 'broker-config', mountPath: '/etc/keyferry/broker', readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ]);
  });

  test('are told who they are: a certificate bears its pod’s uid', () => {
    const fields = listAt(container, 'env').map((variable) => [
      at(variable, 'name'),
      at(variable, 'valueFrom.fieldRef.fieldPath'),
    ]);
    expect(fields).toEqual([
      ['POD_NAME', 'metadata.name'],
      ['POD_NAMESPACE', 'metadata.namespace'],
      ['POD_UID', 'metadata.uid'],
    ]);
  });

  test('are never fewer than they were while a rollout goes on, however long agents take to learn of a new one', () => {
    expect(at(deployment, 'spec.replicas')).toBe(2);
    expect(at(deployment, 'spec.strategy.rollingUpdate')).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(Number(at(deployment, 'spec.progressDeadlineSeconds'))).toBeGreaterThan(2 * 150 + 300);
    expect(at(named('PodDisruptionBudget', brokerService).object, 'spec.minAvailable')).toBe(1);
  });

  test('declare the ports that they are reached by', () => {
    expect(listAt(container, 'ports')).toEqual([
      { name: 'https', containerPort: brokerPort, protocol: 'TCP' },
      { name: 'admin', containerPort: 8080, protocol: 'TCP' },
    ]);
    expect(at(named('Service', brokerService).object, 'spec.ports')).toEqual([
      { name: 'https', port: brokerPort, targetPort: 'https', protocol: 'TCP' },
    ]);
    expect(at(container, 'readinessProbe.httpGet')).toEqual({ path: '/readyz', port: 'admin' });
    expect(at(container, 'livenessProbe.httpGet')).toEqual({ path: '/livez', port: 'admin' });
  });
});

describe('what selects the broker’s pods', () => {
  test.each([
    ['Deployment', 'spec.selector.matchLabels'],
    ['Deployment', 'spec.template.metadata.labels'],
    ['Service', 'spec.selector'],
    ['PodDisruptionBudget', 'spec.selector.matchLabels'],
    ['NetworkPolicy', 'spec.podSelector.matchLabels'],
  ])('%s %s has their labels', (kind, path) => {
    expect(at(named(kind, brokerService).object, path)).toEqual(podLabels);
  });
});

test('the network policy lets pods in from anywhere, and the broker out to every store', () => {
  const fromPods = [{ namespaceSelector: {} }];
  expect(at(named('NetworkPolicy', brokerService).object, 'spec')).toEqual({
    podSelector: { matchLabels: podLabels },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { from: fromPods, ports: [{ port: 'https', protocol: 'TCP' }] },
      { from: fromPods, ports: [{ port: 'admin', protocol: 'TCP' }] },
    ],
    egress: [{}],
  });
});

describe('the install’s file', () => {
  const { data } = named('ConfigMap', 'keyferry-broker').object as {
    readonly data: Readonly<Record<string, string>>;
  };
  const text = data['broker.yaml'] ?? '';

  test('lets the broker use nothing by itself', () => {
    expect(parseBrokerInstall(text)).toEqual({ ok: true, value: { credentials: [], serviceAccounts: [] } });
  });

  test('is the same for the webhook', () => {
    const isIt = (each: unknown): boolean => at(each, 'name') === 'broker-config';
    const theirs = at(webhook, 'spec.template.spec');
    expect(listAt(theirs, 'volumes').filter(isIt)).toEqual(listAt(pod, 'volumes').filter(isIt));
    expect(listAt(theirs, 'containers.0.volumeMounts')).toEqual(
      listAt(container, 'volumeMounts').filter(isIt),
    );
    expect(listAt(theirs, 'containers.0.args')).toContain('--broker-config=/etc/keyferry/broker/broker.yaml');
  });
});
