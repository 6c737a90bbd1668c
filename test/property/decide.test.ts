import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { annotation, namedSettings, settingNames, unsupportedSettings } from '../../lib/annotation-names.ts';
import type { Outcome } from '../../webhook/core/decide.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { podProblem } from '../../webhook/core/pod-shape.ts';
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

const golden = loadCase('aws-with-vault-and-file');
const request = Object.fromEntries(
  Object.entries(golden.review['request'] as object).filter(([name]) => name !== 'object'),
);
const decide = (pod: Pod): Outcome => decideOn(reviewOf(pod, golden.namespace, request), golden);

const goodValues = new Map<string, readonly string[]>(
  Object.entries({
    inject: ['true'],
    store: ['vault-backend', 'platform-vault', 'files', 'aws-secretsmanager'],
    secret: [
      'a/b',
      'a/b#c',
      'platform-vault://a?version=2',
      'platform-vault://pki/issue/web?parameter.common_name=%24(X)',
      'files://x#y',
      'aws-secretsmanager://x?stage=AWSPREVIOUS#y',
      'vault-backend://$(X)?decode=auto&optional=true',
    ],
    extract: ['a/b', 'platform-vault://a'],
    path: ['p', 'q/r', 'constructor'],
    'file-mode': ['0444', '555', '0440'],
    'mount-path': ['/secrets', '/run/x/'],
    containers: ['app'],
    'refresh-interval': ['0', '30s', '1h30m'],
    lifecycle: ['native', 'init', 'init+sidecar', 'sidecar'],
    'start-timeout': ['1s', '60s'],
    after: ['migrate', 'istio-init', 'nobody'],
    'agent-requests-cpu': ['10m', '1'],
    'agent-requests-memory': ['32Mi', '1Gi'],
    'agent-limits-cpu': ['2'],
    'agent-limits-memory': ['2Gi'],
    'agent-port': ['0', '9000'],
  }),
);
const badValues = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    'false',
    '..',
    '%',
    '__proto__',
    'keyferry-refresh',
    '0400',
    'nowhere://a',
    'a?version=x',
    'a?stage=x',
    'aws-secretsmanager://arn:aws:ssm:x',
    'files://a?parameter.b=c',
  ),
);
const valueFor = (name: string): fc.Arbitrary<string> => {
  const good = goodValues.get(name.split('.')[0] ?? '') ?? ['x'];
  return fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: badValues });
};
const names = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c.d', 'constructor') },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }) },
);
/** One file with its settings, which have to be of the same name. */
const file = fc
  .tuple(
    fc.constantFrom('secret', 'secret', 'extract'),
    names,
    fc.subarray(['path', 'file-mode', 'refresh-interval']),
  )
  .map(([word, name, more]) => [word, ...more].map((setting) => `${setting}.${name}`));
const keys = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...settingNames).map((name) => [name]) },
  { weight: 8, arbitrary: file },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...namedSettings), names).map(([word, name]) => [`${word}.${name}`]),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.constantFrom(...unsupportedSettings, 'secert.a', 'constructor'), fc.string())
      .map((name) => [name]),
  },
);
const ours = fc.array(keys, { maxLength: 4 }).chain((lists) => {
  const all = [...new Set(lists.flat())];
  return fc
    .tuple(...all.map(valueFor))
    .map((chosen) => all.map((name, index) => [annotation(name), chosen[index]] as const));
});
const annotations = fc
  .tuple(
    fc.integer({ min: 0, max: 9 }),
    ours,
    fc.dictionary(fc.string(), fc.string(), { maxKeys: 1, noNullPrototype: true }),
  )
  .map(([dice, own, others]) => ({
    ...others,
    ...(dice > 0
      ? {
          [annotation('inject')]: 'true',
          [annotation('store')]: 'vault-backend',
          [annotation('secret.x')]: 'x#y',
        }
      : {}),
    ...Object.fromEntries(dice < 9 ? own : []),
  }));

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
