import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../../../lib/kube/object.ts';
import { decideOn } from '../../support/golden-admission.ts';
import { loadCase, reviewOf } from '../../support/golden-case.ts';
import type { Outcome } from '../../../webhook/core/decide.ts';

const golden = loadCase('external-secret');
const request = Object.fromEntries(
  Object.entries(golden.review['request'] as object).filter(([name]) => name !== 'object'),
);

const externalSecret = (name: string, spec: object): KubeObject => ({
  apiVersion: 'keyferry.dev/v1beta1',
  kind: 'ExternalSecret',
  metadata: { name, namespace: 'payments' },
  spec: { secretStoreRef: { name: 'vault-backend' }, ...spec },
});

/** What becomes of a pod that uses these ExternalSecrets. */
const decideWith = (...secrets: readonly KubeObject[]): Outcome => {
  const names = secrets.map(({ metadata }) => metadata.name).join(',');
  const annotations = { 'keyferry.dev/inject': 'true', 'keyferry.dev/external-secrets': names };
  const pod = { ...golden.pod, metadata: { ...golden.pod.metadata, annotations } };
  const objects = [...golden.objects, ...secrets];
  return decideOn(reviewOf(pod, golden.namespace, request), { ...golden, objects });
};

const issuesOf = (outcome: Outcome): unknown =>
  outcome.kind === 'deny'
    ? outcome.issues.map(({ code, place, message }) => [code, place, message])
    : outcome;

const entries = (count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({ secretKey: `k${index}`, remoteRef: { key: 'a' } }));

describe('an ExternalSecret with more entries than a plan can hold', () => {
  test('is refused before they are resolved', () => {
    expect(issuesOf(decideWith(externalSecret('large', { data: entries(4000) })))).toEqual([
      [
        'plan_too_large',
        'ExternalSecret payments/large',
        "its 4000 entries of data and dataFrom are too many: a pod's plan cannot hold 2048",
      ],
    ]);
  });

  test('so are several that have them together', () => {
    const secrets = ['one', 'other'].map((name) => externalSecret(name, { data: entries(1500) }));
    expect(issuesOf(decideWith(...secrets))).toEqual([
      [
        'plan_too_large',
        'ExternalSecret payments/other',
        "its 1500 entries of data and dataFrom are too many: a pod's plan cannot hold 2048",
      ],
    ]);
  });

  test('a plan that may just fit is measured', () => {
    const parts = issuesOf(decideWith(externalSecret('large', { data: entries(2048) })));
    expect(parts).toEqual([
      [
        'plan_too_large',
        'keyferry.dev/inject',
        expect.stringMatching(
          /^the pod's plan takes \d+ bytes, 102400 are allowed; the largest part is spec\.data and spec\.dataFrom of ExternalSecret payments\/large \(\d+ bytes\)$/,
        ),
      ],
    ]);
    expect(decideWith(externalSecret('large', { data: entries(1000) })).kind).toBe('inject');
  });
});
