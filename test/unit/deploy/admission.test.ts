import { describe, expect, test } from '@jest/globals';
import {
  annotationPrefix,
  identityVolumeName,
  initContainerName,
  planVariable,
  refreshContainerName,
  secretsVolumeName,
  stateVolumeName,
} from '../../../lib/names.ts';
import { trustConfigMap } from '../../../lib/broker/names.ts';
import { judgedKinds } from '../../../webhook/core/judge.ts';
import { at, listAt, manifests, named, walk } from './manifests.ts';

/** DESIGN 3.1, to the letter: an unguarded index in it would refuse every pod without annotations. */
const asksForKeyferry =
  "object.metadata.?annotations.orValue({}).exists(k, k.startsWith('keyferry.dev/')) && " +
  "object.metadata.?annotations['keyferry.dev/inject'].orValue('') != 'false'";

const configuration = named('MutatingWebhookConfiguration', 'keyferry-webhook').object;
const injected = named('ValidatingAdmissionPolicy', 'keyferry-injected-pods.keyferry.dev').object;
const configMaps = named('ValidatingAdmissionPolicy', 'keyferry-config-maps.keyferry.dev').object;
const misplaced = named('ValidatingAdmissionPolicy', 'keyferry-misplaced-annotations.keyferry.dev').object;

/** Optional fields reached by a plain dot: where they are missing the expression fails, and with it the request. */
const unguarded =
  /(?<!variables)\.(annotations|ownerReferences|initContainers|ephemeralContainers|volumes|volumeMounts|env|emptyDir|restartPolicy|readOnly)\b/u;

const expressions = (policy: unknown): string =>
  walk(policy)
    .filter(([path]) => path.endsWith('.expression'))
    .map(([, value]) => String(value))
    .join('\n');

test('no manifest has the key caBundle, which is the replicas’ to write', () => {
  const found = manifests
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .flatMap(({ file, object }) =>
      walk(object)
        .filter(([path]) => /(^|\.)caBundle$/u.test(path))
        .map(([path]) => `${file}: ${path}`),
    );
  expect(found).toEqual([]);
});

test('no manifest makes a Secret', () => {
  expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
});

describe('MutatingWebhookConfiguration', () => {
  test('has one webhook, which fails closed for the pods that ask', () => {
    expect(listAt(configuration, 'webhooks')).toEqual([
      {
        name: 'inject.keyferry.dev',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { name: 'keyferry-webhook', namespace: 'keyferry-system', path: '/mutate', port: 443 },
        },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['pods'],
            scope: 'Namespaced',
          },
        ],
        matchPolicy: 'Equivalent',
        matchConditions: [{ name: 'asks-for-keyferry', expression: asksForKeyferry }],
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['keyferry-system'] },
          ],
        },
        objectSelector: {},
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        sideEffects: 'None',
        timeoutSeconds: 10,
      },
    ]);
  });

  test('the Service that it names is there and leads to the webhook’s port', () => {
    const service = named('Service', 'keyferry-webhook').object;
    expect(at(service, 'metadata.namespace')).toBe('keyferry-system');
    expect(at(service, 'spec.ports')).toEqual([
      { name: 'https', port: 443, targetPort: 'https', protocol: 'TCP' },
    ]);
  });
});

describe('ValidatingWebhookConfiguration', () => {
  const validating = named('ValidatingWebhookConfiguration', 'keyferry-webhook').object;

  test('has one webhook, which checks our kinds and holds up nobody', () => {
    expect(listAt(validating, 'webhooks')).toEqual([
      {
        name: 'validate.keyferry.dev',
        admissionReviewVersions: ['v1'],
        clientConfig: {
          service: { name: 'keyferry-webhook', namespace: 'keyferry-system', path: '/validate', port: 443 },
        },
        rules: [
          {
            apiGroups: ['keyferry.dev'],
            apiVersions: ['v1beta1'],
            operations: ['CREATE', 'UPDATE'],
            resources: Object.values(judgedKinds),
            scope: '*',
          },
        ],
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 5,
      },
    ]);
  });

  test('bears the name that the replicas write bundles of', () => {
    expect(at(validating, 'metadata.name')).toBe(at(configuration, 'metadata.name'));
  });
});

describe('policy on injected pods', () => {
  test('applies to the pods that the webhook’s condition takes, and denies', () => {
    expect(listAt(injected, 'spec.matchConditions')).toEqual([
      { name: 'asks-for-keyferry', expression: asksForKeyferry },
    ]);
    expect(at(injected, 'spec.failurePolicy')).toBe('Fail');
    const binding = named('ValidatingAdmissionPolicyBinding', 'keyferry-injected-pods.keyferry.dev').object;
    expect(at(binding, 'spec')).toEqual({
      policyName: 'keyferry-injected-pods.keyferry.dev',
      validationActions: ['Deny'],
    });
  });

  test.each([
    initContainerName,
    refreshContainerName,
    planVariable,
    secretsVolumeName,
    stateVolumeName,
    identityVolumeName,
    `${annotationPrefix}lifecycle`,
  ])('speaks of %s, as the webhook does', (name) => {
    expect(expressions(injected)).toContain(`'${name}'`);
  });

  test('looks at every pod that is created and at ephemeral containers', () => {
    const rules = listAt(injected, 'spec.matchConstraints.resourceRules');
    expect(rules.map((rule) => [at(rule, 'operations'), at(rule, 'resources')])).toEqual([
      [['CREATE'], ['pods']],
      [['UPDATE'], ['pods/ephemeralcontainers']],
    ]);
  });
});

describe('policy on misplaced annotations', () => {
  test('warns and records, and never holds anybody up by failing', () => {
    expect(at(misplaced, 'spec.failurePolicy')).toBe('Ignore');
    const name = 'keyferry-misplaced-annotations.keyferry.dev';
    expect(at(named('ValidatingAdmissionPolicyBinding', name).object, 'spec')).toEqual({
      policyName: name,
      validationActions: ['Warn', 'Audit'],
    });
  });

  test('looks at what makes pods from a template', () => {
    const rules = listAt(misplaced, 'spec.matchConstraints.resourceRules');
    expect(rules.flatMap((rule) => listAt(rule, 'resources'))).toEqual([
      'deployments',
      'statefulsets',
      'daemonsets',
      'replicasets',
      'jobs',
      'cronjobs',
    ]);
  });
});

describe('policy on ConfigMaps', () => {
  test('denies our ServiceAccounts, each of them, every name but one', () => {
    const accounts = manifests
      .filter(({ kind }) => kind === 'ServiceAccount')
      .map(({ name }) => `'system:serviceaccount:keyferry-system:${name}'`);
    expect(accounts).toHaveLength(2);
    const [condition] = listAt(configMaps, 'spec.matchConditions');
    for (const account of accounts) expect(at(condition, 'expression')).toContain(account);
    expect(listAt(configMaps, 'spec.validations').map((each) => at(each, 'expression'))).toEqual([
      `object.metadata.?name.orValue('') == '${trustConfigMap}'`,
    ]);
    expect(at(configMaps, 'spec.failurePolicy')).toBe('Fail');
    const name = 'keyferry-config-maps.keyferry.dev';
    expect(at(named('ValidatingAdmissionPolicyBinding', name).object, 'spec')).toEqual({
      policyName: name,
      validationActions: ['Deny'],
    });
  });

  test('looks at every write of a ConfigMap', () => {
    expect(listAt(configMaps, 'spec.matchConstraints.resourceRules')).toEqual([
      {
        apiGroups: [''],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['configmaps'],
        scope: 'Namespaced',
      },
    ]);
  });
});

describe('every expression', () => {
  test.each([
    ['webhook', configuration],
    ['injected pods', injected],
    ['misplaced annotations', misplaced],
    ['ConfigMaps', configMaps],
  ])('of %s guards the fields that an object may lack', (_name, object) => {
    expect(expressions(object)).not.toMatch(unguarded);
  });

  test('every validation has a message', () => {
    const messages = [injected, misplaced, configMaps]
      .flatMap((policy) => listAt(policy, 'spec.validations'))
      .map((validation) => at(validation, 'message'));
    expect(messages).toHaveLength(9);
    for (const message of messages) expect(message).toMatch(/\w+ \w+ \w+/u);
  });
});
