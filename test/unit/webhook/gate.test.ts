import { describe, expect, test } from '@jest/globals';
import { declaredAnnotations } from '../../../webhook/core/annotation-keys.ts';
import { gate, scopeSkip } from '../../../webhook/core/gate.ts';

/** The rows of the table in webhook/core/gate.ts, and every value of `inject` that somebody may think of. */
const others = {
  none: {},
  ours: { 'keyferry.dev/store': 'a' },
  unknown: { 'keyferry.dev/x': 'a' },
  foreign: { store: 'a' },
};
const rows: readonly (readonly [keyof typeof others, string | undefined, string])[] = [
  ['none', undefined, 'not_annotated'],
  ['foreign', undefined, 'not_annotated'],
  ['ours', undefined, 'inject_missing'],
  ['unknown', undefined, 'inject_missing'],
  ...(['none', 'ours', 'unknown', 'foreign'] as const).flatMap(
    (other): [keyof typeof others, string, string][] => [
      [other, 'false', 'opted_out'],
      [other, 'true', 'proceed'],
      [other, '', 'invalid_value'],
      [other, 'True', 'invalid_value'],
      [other, 'FALSE', 'invalid_value'],
      [other, 'yes', 'invalid_value'],
      [other, '1', 'invalid_value'],
      [other, ' true', 'invalid_value'],
    ],
  ),
];

describe('the gate', () => {
  test.each(rows)('other annotations: %s, inject: %j → %s', (other, inject, wanted) => {
    const own = inject === undefined ? {} : { 'keyferry.dev/inject': inject };
    const outcome = gate(declaredAnnotations({ ...others[other], ...own }));
    const [issue] = outcome.kind === 'proceed' ? outcome.issues : [];
    expect(outcome.kind === 'skip' ? outcome.reason : (issue?.code ?? 'proceed')).toBe(wanted);
    if (issue !== undefined) expect(issue.place).toBe('keyferry.dev/inject');
  });
});

const creation = { operation: 'CREATE', group: '', resource: 'pods' };

test.each([
  [creation, undefined],
  [{ ...creation, subResource: '' }, undefined],
  [{ ...creation, subResource: 'eviction' }, 'subresource'],
  [{ ...creation, operation: 'UPDATE', subResource: 'ephemeralcontainers' }, 'subresource'],
  [{ ...creation, operation: 'UPDATE' }, 'not_created'],
  [{ ...creation, operation: 'DELETE' }, 'not_created'],
  [{ ...creation, operation: 'CONNECT' }, 'not_created'],
  [{ ...creation, operation: 'create' }, 'not_created'],
  [{ ...creation, group: 'apps' }, 'not_a_pod'],
  [{ ...creation, resource: 'deployments' }, 'not_a_pod'],
  [{ ...creation, resource: 'Pods' }, 'not_a_pod'],
])('%j: %s', (scope, reason) => {
  expect(scopeSkip(scope)).toBe(reason);
});
