import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isRecord } from '../../../lib/kube/object.ts';
import { parseFlags } from '../../../webhook/flags.ts';
import { at, listAt, manifests, named, repository, walk } from './manifests.ts';

const packageVersion = at(
  JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as unknown,
  'version',
);
const deployment = named('Deployment', 'keyferry-webhook').object;
const pod = at(deployment, 'spec.template.spec');
const container = at(pod, 'containers.0');
const podLabels = { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': 'webhook' };

/** What the kubelet makes of `$(NAME)` in arguments. */
const expandedArguments = (): string[] =>
  listAt(container, 'args').map((argument) =>
    String(argument).replaceAll(/\$\((\w+)\)/gu, (whole, name: string) => {
      const variable = listAt(container, 'env').find((candidate) => at(candidate, 'name') === name);
      const value = at(variable, 'value');
      return typeof value === 'string' ? value : whole;
    }),
  );

describe('the webhook’s pods', () => {
  test('meet Pod Security restricted, which their namespace enforces', () => {
    const labels = at(named('Namespace', 'keyferry-system').object, 'metadata.labels');
    expect(isRecord(labels) && labels['pod-security.kubernetes.io/enforce']).toBe('restricted');
    expect(at(pod, 'securityContext')).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(at(container, 'securityContext')).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'initContainers'])
      expect(at(pod, field)).toBeUndefined();
    expect(listAt(pod, 'containers')).toHaveLength(1);
  });

  test('run the images of this version, pulled only where they are missing', () => {
    expect(at(container, 'image')).toBe(`keyferry-webhook:${String(packageVersion)}`);
    expect(at(container, 'imagePullPolicy')).toBe('IfNotPresent');
  });

  test('start the program with flags that it takes', () => {
    expect(at(container, 'command')).toEqual(['node', '--disable-sigusr1', '/opt/keyferry/webhook.mjs']);
    const config = parseFlags(expandedArguments());
    expect(config).toMatchObject({
      ok: true,
      value: {
        port: 8443,
        adminPort: 8080,
        manifests: [],
        settings: { agentImage: `keyferry-agent:${String(packageVersion)}`, allowHttp: false },
      },
    });
    expect(config.ok && config.value.settings.fileRoot).toBeFalsy();
  });

  test('declare the ports that the program listens on', () => {
    expect(listAt(container, 'ports')).toEqual([
      { name: 'https', containerPort: 8443, protocol: 'TCP' },
      { name: 'admin', containerPort: 8080, protocol: 'TCP' },
    ]);
    expect(at(container, 'readinessProbe.httpGet')).toEqual({ path: '/readyz', port: 'admin' });
    expect(at(container, 'livenessProbe.httpGet')).toEqual({ path: '/livez', port: 'admin' });
  });

  test('are told who they are', () => {
    const fields = listAt(container, 'env').map((variable) => [
      at(variable, 'name'),
      at(variable, 'valueFrom.fieldRef.fieldPath'),
    ]);
    expect(fields).toEqual([
      ['AGENT_IMAGE', undefined],
      ['POD_NAME', 'metadata.name'],
      ['POD_NAMESPACE', 'metadata.namespace'],
      ['POD_UID', 'metadata.uid'],
    ]);
  });

  test('have the time to serve on after SIGTERM and to answer what is under way', () => {
    const config = parseFlags([]);
    const webhook = named('MutatingWebhookConfiguration', 'keyferry-webhook').object;
    const answer = Number(at(webhook, 'webhooks.0.timeoutSeconds'));
    const delay = (config.ok ? config.value.shutdownDelayMs : Infinity) / 1000;
    expect(Number(at(pod, 'terminationGracePeriodSeconds'))).toBeGreaterThan(delay + answer);
  });

  test('are never fewer than they were while a rollout goes on', () => {
    expect(at(deployment, 'spec.replicas')).toBe(2);
    expect(at(deployment, 'spec.strategy.rollingUpdate')).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(at(named('PodDisruptionBudget', 'keyferry-webhook').object, 'spec.minAvailable')).toBe(1);
  });

  test('have memory bounds and no CPU limit', () => {
    expect(at(container, 'resources.limits')).toEqual({ memory: '512Mi' });
    expect(at(container, 'resources.requests')).toEqual({ cpu: '100m', memory: '128Mi' });
  });

  test('spread over nodes and zones, one replica set at a time', () => {
    const constraints = listAt(pod, 'topologySpreadConstraints');
    expect(constraints.map((constraint) => at(constraint, 'topologyKey'))).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
    for (const constraint of constraints) {
      expect(constraint).toMatchObject({
        whenUnsatisfiable: 'ScheduleAnyway',
        matchLabelKeys: ['pod-template-hash'],
        labelSelector: { matchLabels: podLabels },
      });
    }
  });

  test('are allowed their priority class where a cluster asks for a quota', () => {
    const quota = named('ResourceQuota', 'keyferry-critical-pods').object;
    expect(at(pod, 'priorityClassName')).toBe('system-cluster-critical');
    expect(listAt(quota, 'spec.scopeSelector.matchExpressions.0.values')).toEqual([
      at(pod, 'priorityClassName'),
    ]);
  });
});

describe('what selects the webhook’s pods', () => {
  test.each([
    ['Deployment', 'spec.selector.matchLabels'],
    ['Deployment', 'spec.template.metadata.labels'],
    ['Service', 'spec.selector'],
    ['PodDisruptionBudget', 'spec.selector.matchLabels'],
    ['NetworkPolicy', 'spec.podSelector.matchLabels'],
  ])('%s %s has their labels', (kind, path) => {
    expect(at(named(kind, 'keyferry-webhook').object, path)).toEqual(podLabels);
  });

  test('ports of the network policy are ports of the container', () => {
    const policy = named('NetworkPolicy', 'keyferry-webhook').object;
    const ingress = listAt(policy, 'spec.ingress').flatMap((rule) => listAt(rule, 'ports'));
    expect(ingress.map((port) => at(port, 'port'))).toEqual(['https', 'admin']);
    expect(at(policy, 'spec.policyTypes')).toEqual(['Ingress', 'Egress']);
  });
});

describe('all manifests', () => {
  test('name no registry', () => {
    const images = manifests.flatMap(({ object }) =>
      walk(object).filter(([path]) => path.endsWith('.image')),
    );
    const image = `keyferry-webhook:${String(packageVersion)}`;
    expect(images.map(([, found]) => found)).toEqual([image, image]);
  });

  test('are listed in the kustomization, each file once', () => {
    const kustomization = named('Kustomization', 'undefined').object;
    const files = [...new Set(manifests.map(({ file }) => file.replace('deploy/base/', '')))];
    const listed = [
      'kustomization.yaml',
      ...listAt(kustomization, 'resources'),
      ...listAt(kustomization, 'configurations'),
    ];
    expect(listed.map(String).sort()).toEqual(files.sort());
    expect(at(kustomization, 'labels.0.pairs')).toEqual({
      'app.kubernetes.io/name': 'keyferry',
      'app.kubernetes.io/part-of': 'keyferry',
      'app.kubernetes.io/version': packageVersion,
    });
  });

  test('put what is namespaced into keyferry-system', () => {
    const namespaced = ['ServiceAccount', 'Role', 'RoleBinding', 'Service', 'Deployment', 'NetworkPolicy'];
    const kinds = [...namespaced, 'PodDisruptionBudget', 'ResourceQuota', 'ConfigMap'];
    for (const { kind, object } of manifests)
      expect([kind, at(object, 'metadata.namespace')]).toEqual([
        kind,
        kinds.includes(kind) ? 'keyferry-system' : undefined,
      ]);
  });
});
