import { describe, expect, test } from '@jest/globals';
import { forbiddenIn } from './forbidden-rules.ts';
import { at, components, listAt, manifests, named } from './manifests.ts';

const roles = [...manifests, ...components].filter(({ kind }) => ['Role', 'ClusterRole'].includes(kind));

describe('what our roles grant', () => {
  test('the manifests have roles', () => {
    expect(roles.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'ClusterRole keyferry-broker',
      'Role keyferry-broker',
      'ClusterRole keyferry-stores-view',
      'ClusterRole keyferry-external-secrets-edit',
      'ClusterRole keyferry-webhook',
      'Role keyferry-webhook',
      'ClusterRole keyferry-webhook-external-secrets-operator',
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

  const writesOf = (name: string): readonly unknown[] =>
    roles
      .filter((role) => role.name.startsWith(name))
      .flatMap(({ object }) => listAt(object, 'rules'))
      .filter((rule) =>
        listAt(rule, 'verbs').some((verb) => !['get', 'list', 'watch'].includes(String(verb))),
      );
  const trustRules = [
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['keyferry-trust'],
      verbs: ['get', 'list', 'watch', 'patch'],
    },
    { apiGroups: [''], resources: ['configmaps'], verbs: ['create'] },
  ];

  test('the webhook writes nothing but its own webhook configurations, the status of its objects, its Lease and certificates of the broker', () => {
    expect(writesOf('keyferry-webhook')).toEqual([
      {
        apiGroups: ['keyferry.dev'],
        resources: ['secretstores/status', 'clustersecretstores/status', 'externalsecrets/status'],
        verbs: ['patch'],
      },
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'],
        resourceNames: ['keyferry-webhook'],
        verbs: ['get', 'list', 'watch', 'patch'],
      },
      ...trustRules,
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        resourceNames: ['keyferry-webhook'],
        verbs: ['get', 'patch'],
      },
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    ]);
  });

  test('the broker writes nothing but its certificates; it asks for reviews of tokens, and for tokens of its own', () => {
    expect(writesOf('keyferry-broker')).toEqual([
      { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
      ...trustRules,
      {
        apiGroups: [''],
        resources: ['serviceaccounts/token'],
        resourceNames: ['keyferry-broker'],
        verbs: ['create'],
      },
    ]);
  });

  test('the broker reads one pod at a time or by its address, and watches those of its own namespace alone', () => {
    const ofPods = roles
      .filter(({ name }) => name === 'keyferry-broker')
      .map(({ kind, object }) => [
        kind,
        at(object, 'metadata.namespace'),
        listAt(object, 'rules')
          .filter((rule) => listAt(rule, 'resources').includes('pods'))
          .map((rule) => at(rule, 'verbs')),
      ]);
    expect(ofPods).toEqual([
      ['ClusterRole', undefined, [['get', 'list']]],
      ['Role', 'keyferry-system', [['list', 'watch']]],
    ]);
  });

  test('Leases are granted in the namespace of the webhook alone', () => {
    const granting = roles.filter(({ object }) =>
      listAt(object, 'rules').some((rule) => listAt(rule, 'resources').includes('leases')),
    );
    expect(granting.map(({ kind, object }) => [kind, at(object, 'metadata.namespace')])).toEqual([
      ['Role', 'keyferry-system'],
    ]);
  });

  test('people may see everything of ours; ExternalSecrets, which are grants, are for those who administer a namespace, stores for nobody by themselves', () => {
    const aggregated = roles.flatMap(({ name, object }) => {
      const labels = Object.keys(at(object, 'metadata.labels') ?? {});
      const to = labels.filter((label) => label.includes('aggregate-to-'));
      return to.map((label) => [label.replace(/^.*-to-/u, ''), name]);
    });
    expect(aggregated).toEqual([
      ['view', 'keyferry-stores-view'],
      ['admin', 'keyferry-external-secrets-edit'],
    ]);
    const rulesOf = (name: string): unknown => at(named('ClusterRole', name).object, 'rules');
    expect(rulesOf('keyferry-stores-view')).toEqual([
      {
        apiGroups: ['keyferry.dev'],
        resources: ['secretstores', 'clustersecretstores', 'externalsecrets'],
        verbs: ['get', 'list', 'watch'],
      },
    ]);
    expect(rulesOf('keyferry-external-secrets-edit')).toEqual([
      {
        apiGroups: ['keyferry.dev'],
        resources: ['externalsecrets'],
        verbs: ['create', 'delete', 'deletecollection', 'patch', 'update'],
      },
    ]);
  });

  test('bindings bind each role to the ServiceAccount of its name alone, which the Deployment of that name runs as', () => {
    const bindings = manifests.filter(({ kind }) => ['RoleBinding', 'ClusterRoleBinding'].includes(kind));
    expect(bindings).toHaveLength(4);
    for (const { name, object } of bindings) {
      expect(at(object, 'roleRef.name')).toBe(name);
      expect(at(object, 'subjects')).toEqual([
        { kind: 'ServiceAccount', name, namespace: 'keyferry-system' },
      ]);
      expect(at(named('Deployment', name).object, 'spec.template.spec.serviceAccountName')).toBe(name);
    }
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
    [
      'token requests beside others',
      rule(['serviceaccounts/token', 'secrets'], ['create'], { resourceNames: ['one'] }),
    ],
    ['nodes/proxy', rule(['nodes/proxy'], ['get'])],
    ['impersonation', rule(['serviceaccounts'], ['impersonate'])],
    ['escalation', rule(['roles'], ['escalate'])],
    ['binding', rule(['clusterroles'], ['bind'])],
  ])('finds %s', (_name, bad) => {
    expect(forbiddenIn(bad)).not.toEqual([]);
  });

  test('lets tokens of accounts pass that it names', () => {
    expect(forbiddenIn(rule(['serviceaccounts/token'], ['create'], { resourceNames: ['one'] }))).toEqual([]);
  });

  test('lets reading pods, namespaces and ServiceAccounts pass', () => {
    expect(forbiddenIn(rule(['pods', 'namespaces', 'serviceaccounts'], ['get', 'list', 'watch']))).toEqual(
      [],
    );
  });
});
