import { describe, expect, test } from '@jest/globals';
import { forbiddenIn } from './forbidden-rules.ts';
import { at, listAt, manifests, named } from './manifests.ts';

const roles = manifests.filter(({ kind }) => ['Role', 'ClusterRole'].includes(kind));

describe('what our roles grant', () => {
  test('the manifests have roles', () => {
    expect(roles.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'ClusterRole keyferry-webhook',
      'Role keyferry-webhook',
      'ClusterRole keyferry-stores-view',
    ]);
  });

  test.each(roles)('$kind $name grants nothing that is forbidden', ({ object }) => {
    expect(listAt(object, 'rules').flatMap(forbiddenIn)).toEqual([]);
  });

  test.each(roles)('$kind $name has rules of its own, each with verbs', ({ object }) => {
    const rules = listAt(object, 'rules');
    expect(rules.length).toBeGreaterThan(0);
    for (const rule of rules) expect(listAt(rule, 'verbs').length).toBeGreaterThan(0);
    expect(at(object, 'aggregationRule')).toBeUndefined();
  });

  test('the webhook writes nothing but its own webhook configuration', () => {
    const written = roles.flatMap(({ object }) =>
      listAt(object, 'rules').filter((rule) =>
        listAt(rule, 'verbs').some((verb) => !['get', 'list', 'watch'].includes(String(verb))),
      ),
    );
    expect(written).toEqual([
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations'],
        resourceNames: ['keyferry-webhook'],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
    ]);
  });

  test('nothing is aggregated to edit or admin', () => {
    const aggregated = roles.flatMap(({ object }) => {
      const labels = at(object, 'metadata.labels') ?? {};
      return Object.keys(labels).filter((label) => label.includes('aggregate-to-'));
    });
    expect(aggregated).toEqual(['rbac.authorization.k8s.io/aggregate-to-view']);
  });

  test("bindings bind our roles to the webhook's ServiceAccount alone", () => {
    const bindings = manifests.filter(({ kind }) => ['RoleBinding', 'ClusterRoleBinding'].includes(kind));
    expect(bindings).toHaveLength(2);
    for (const { object } of bindings) {
      expect(at(object, 'roleRef.name')).toBe('keyferry-webhook');
      expect(at(object, 'subjects')).toEqual([
        { kind: 'ServiceAccount', name: 'keyferry-webhook', namespace: 'keyferry-system' },
      ]);
    }
    expect(at(named('Deployment', 'keyferry-webhook').object, 'spec.template.spec.serviceAccountName')).toBe(
      'keyferry-webhook',
    );
  });
});

describe('the check itself', () => {
  const rule = (
    resources: string[],
    verbs: string[],
    more: Record<string, string[]> = {},
  ): Record<string, string[]> => ({
    apiGroups: [''],
    resources,
    verbs,
    ...more,
  });

  test.each([
    ['secrets', rule(['secrets'], ['get'])],
    ['secrets beside others', rule(['pods', 'secrets'], ['list'])],
    ['secrets by name', rule(['secrets'], ['get'], { resourceNames: ['one'] })],
    ['a wildcard verb', rule(['pods'], ['*'])],
    ['a wildcard resource', rule(['*'], ['get'])],
    ['a wildcard subresource', rule(['pods/*'], ['get'])],
    ['a wildcard group', rule(['pods'], ['get'], { apiGroups: ['*'] })],
    ['a wildcard URL', { nonResourceURLs: ['/metrics/*'], verbs: ['get'] }],
    ['creating pods', rule(['pods'], ['create'])],
    ['patching pods', rule(['namespaces', 'pods'], ['get', 'patch'])],
    ['exec', rule(['pods/exec'], ['get'])],
    ['token requests', rule(['serviceaccounts/token'], ['create'])],
    ['nodes/proxy', rule(['nodes/proxy'], ['get'])],
    ['impersonation', rule(['serviceaccounts'], ['impersonate'])],
    ['escalation', rule(['roles'], ['escalate'])],
    ['binding', rule(['clusterroles'], ['bind'])],
  ])('finds %s', (_name, bad) => {
    expect(forbiddenIn(bad)).not.toEqual([]);
  });

  test('lets reading pods, namespaces and ServiceAccounts pass', () => {
    expect(forbiddenIn(rule(['pods', 'namespaces', 'serviceaccounts'], ['get', 'list', 'watch']))).toEqual(
      [],
    );
  });
});
