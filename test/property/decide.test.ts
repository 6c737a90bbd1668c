import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { KubeObject } from '../../lib/kube/object.ts';
import type { Outcome } from '../../webhook/core/decide.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { podProblem } from '../../webhook/core/pod-shape.ts';
import { annotations } from '../support/arbitrary-annotations.ts';
import { decideOn } from '../support/golden-admission.ts';
import { loadCase, reviewOf } from '../support/golden-case.ts';
import {
  expectAdditive,
  expectConsistent,
  expectRestricted,
  patchedBy,
  plansIn,
} from '../support/golden-invariants.ts';
import { neighbours } from '../support/golden-neighbours.ts';

const aws = loadCase('aws-with-vault-and-file');

/** Besides its stores, ExternalSecrets: of several stores, with templates, and one that cannot be read. */
const externalSecret = (name: string, spec: object): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ExternalSecret',
  metadata: { name, namespace: 'payments' },
  spec: { secretStoreRef: { name: 'vault-backend' }, ...spec },
});
const password = { secretKey: 'password', remoteRef: { key: 'x', property: 'y' } };
const golden = {
  ...aws,
  objects: [
    ...aws.objects,
    externalSecret('db', {
      refreshInterval: '15s',
      data: [
        password,
        { ...password, secretKey: 'token', sourceRef: { storeRef: { name: 'aws-secretsmanager' } } },
      ],
      dataFrom: [{ find: { path: 'a', name: { regexp: '.*' } } }],
    }),
    externalSecret('q', {
      target: {
        template: {
          data: { a: '{{ .password }}$(HOME)' },
          templateFrom: [{ configMap: { name: 'templates', items: [{ key: 'b' }] } }],
        },
      },
      data: [password],
    }),
    externalSecret('broken', { data: [{}] }),
  ],
};
const request = Object.fromEntries(
  Object.entries(golden.review['request'] as object).filter(([name]) => name !== 'object'),
);
const decide = (pod: Pod): Outcome => decideOn(reviewOf(pod, golden.namespace, request), golden);

const id = fc.option(fc.constantFrom(0, 1000, 65_532, 4_294_967_295), { nil: undefined });
const given = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const mount = fc.record({
  name: fc.constantFrom('data', 'keyferry-secrets', 'keyferry-state'),
  mountPath: fc.constantFrom('/data', '/secrets', '/secrets/a', '/keyferry/state'),
});
const mounts = fc.oneof(
  { weight: 12, arbitrary: fc.constant([{ name: 'data', mountPath: '/data' }]) },
  { weight: 1, arbitrary: fc.uniqueArray(mount, { maxLength: 3, selector: ({ mountPath }) => mountPath }) },
);
const container = (...choices: string[]): fc.Arbitrary<object> =>
  fc
    .record({
      name: fc.constantFrom(...choices),
      image: fc.constant('registry.example/app:1'),
      volumeMounts: fc.option(mounts, { nil: undefined }),
      env: fc.option(fc.constant([{ name: 'A', value: 'b' }]), { nil: null }),
      resources: fc.constantFrom(undefined, null, {}, { limits: { cpu: '1', memory: '1Gi' } }),
      securityContext: fc.option(fc.record({ runAsUser: id, runAsGroup: id }), { nil: null }),
      restartPolicy: fc.constantFrom(undefined, 'Always'),
    })
    .map(given);
const nameOf = (value: object): string => (value as { name: string }).name;

const pods: fc.Arbitrary<Pod> = fc
  .record({
    metadata: fc.record({ name: fc.constant('p'), annotations }),
    spec: fc.record({
      serviceAccountName: fc.constantFrom(...Array<string>(8).fill('payments-api'), 'default', ''),
      hostNetwork: fc.constantFrom(undefined, true),
      securityContext: fc.option(
        fc.record({
          runAsUser: id,
          runAsGroup: id,
          fsGroup: id,
          supplementalGroups: fc.constantFrom(undefined, null, [], [7]),
        }),
        { nil: null },
      ),
      volumes: fc
        .integer({ min: 0, max: 9 })
        .map((dice) => [
          { name: 'data', emptyDir: {} },
          ...(dice === 0 ? [{ name: 'keyferry-state', emptyDir: {} }] : []),
        ]),
      containers: fc.uniqueArray(container('app', 'istio-proxy', 'metrics'), {
        minLength: 1,
        maxLength: 3,
        selector: nameOf,
      }),
      initContainers: fc.option(
        fc.uniqueArray(
          container('migrate', 'istio-init', 'linkerd-proxy', 'linkerd-init', 'istio-validation'),
          { maxLength: 3, selector: nameOf },
        ),
        { nil: undefined },
      ),
    }),
  })
  .map((pod) => given(pod) as unknown as Pod);

const expectInvariants = (pod: Pod, outcome: Outcome): void => {
  if (outcome.kind !== 'inject') return;
  const after = JSON.parse(JSON.stringify(outcome.pod)) as Pod;
  expect(patchedBy(pod, outcome.patch)).toEqual(after);
  expectAdditive(pod, after);
  expectConsistent(after);
  expectRestricted(after);
  for (const plan of plansIn(after)) expect(plan).toEqual(outcome.plan);
  for (const [what, change] of neighbours) {
    const again = decide(change(after));
    expect([what, again.kind, again.kind === 'inject' ? again.patch : again]).toEqual([what, 'inject', []]);
  }
};

describe('decide', () => {
  test('refuses, leaves alone, or injects for good, whatever the pod', () => {
    const seen = { inject: 0, deny: 0, skip: 0 };
    fc.assert(
      fc.property(pods, (pod) => {
        expect(podProblem(pod)).toBeUndefined();
        const before = JSON.stringify(pod);
        const outcome = decide(pod);
        seen[outcome.kind] += 1;
        expect(JSON.stringify(pod)).toBe(before);
        if (outcome.kind === 'deny') expect(outcome.issues.length).toBeGreaterThan(0);
        expectInvariants(pod, outcome);
      }),
      { numRuns: 600 },
    );
    // Pods of all kinds came by, or this test shows nothing.
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
    expect(seen.inject).toBeGreaterThan(60);
  });

  test('never says the same twice, and always in the same order', () => {
    fc.assert(
      fc.property(pods, (pod) => {
        const outcome = decide(pod);
        if (outcome.kind !== 'deny') return;
        const told = outcome.issues.map(({ place, message }) => `${place}: ${message}`);
        expect(new Set(told).size).toBe(told.length);
        const shuffled = {
          ...pod,
          metadata: {
            ...pod.metadata,
            annotations: Object.fromEntries(Object.entries(pod.metadata?.annotations ?? {}).reverse()),
          },
        };
        expect(decide(shuffled)).toEqual(outcome);
      }),
    );
  });
});
