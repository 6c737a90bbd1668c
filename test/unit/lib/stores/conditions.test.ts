import { describe, expect, test } from '@jest/globals';
import { admitsNamespace } from '../../../../lib/stores/conditions.ts';
import { readStore } from '../../../../lib/stores/store.ts';

const labels = { team: 'payments', stage: 'production' };

/** Whether a ClusterSecretStore with these conditions admits the namespace `payments`. */
const admits = (
  conditions: unknown,
  theirs: Record<string, string> | undefined = labels,
): boolean | readonly string[] => {
  const { store, problems } = readStore({
    kind: 'ClusterSecretStore',
    metadata: { name: 's' },
    spec: { provider: { file: { path: '/x' } }, conditions },
  });
  return store === undefined ? problems : admitsNamespace(store.conditions, 'payments', theirs);
};

describe('a namespace is admitted', () => {
  test.each([
    ['without conditions', undefined],
    ['without any condition', []],
    ['by its name', [{ namespaces: ['billing', 'payments'] }]],
    ['by a regular expression, anywhere in its name', [{ namespaceRegexes: ['^x', 'ment'] }]],
    ['by a regular expression of Go’s', [{ namespaceRegexes: [String.raw`(?i)\APAY\z|^PAYMENTS$`] }]],
    ['by an empty selector', [{ namespaceSelector: {} }]],
    ['by a label', [{ namespaceSelector: { matchLabels: { team: 'payments' } } }]],
    ['by the second condition', [{ namespaces: ['x'] }, { namespaces: ['payments'] }]],
    ['by one of a condition’s ways', [{ namespaces: ['x'], namespaceRegexes: ['^pay'] }]],
    [
      'by In',
      [
        {
          namespaceSelector: {
            matchExpressions: [{ key: 'team', operator: 'In', values: ['a', 'payments'] }],
          },
        },
      ],
    ],
    [
      'by NotIn',
      [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['a'] }] } }],
    ],
    [
      'by NotIn of a label that is not there',
      [{ namespaceSelector: { matchExpressions: [{ key: 'x', operator: 'NotIn', values: ['a'] }] } }],
    ],
    ['by Exists', [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } }]],
    [
      'by DoesNotExist',
      [{ namespaceSelector: { matchExpressions: [{ key: 'constructor', operator: 'DoesNotExist' }] } }],
    ],
  ])('%s', (_how, conditions) => {
    expect(admits(conditions)).toBe(true);
  });
});

describe('a namespace is not admitted', () => {
  test.each([
    ['by an empty condition', [{}]],
    ['by another name', [{ namespaces: ['payment'] }]],
    ['by a regular expression that does not match', [{ namespaceRegexes: ['^ments$'] }]],
    ['by another label', [{ namespaceSelector: { matchLabels: { team: 'billing' } } }]],
    ['by one of two labels', [{ namespaceSelector: { matchLabels: { team: 'payments', stage: 'test' } } }]],
    ['by a label that is not there', [{ namespaceSelector: { matchLabels: { toString: 'x' } } }]],
    [
      'by In',
      [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['a'] }] } }],
    ],
    [
      'by NotIn',
      [
        {
          namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'NotIn', values: ['payments'] }] },
        },
      ],
    ],
    ['by Exists', [{ namespaceSelector: { matchExpressions: [{ key: 'x', operator: 'Exists' }] } }]],
    [
      'by DoesNotExist',
      [{ namespaceSelector: { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] } }],
    ],
  ])('%s', (_how, conditions) => {
    expect(admits(conditions)).toBe(false);
  });

  test('by a selector where its labels are not known', () => {
    const conditions = [{ namespaceSelector: {} }];
    const { store } = readStore({
      kind: 'ClusterSecretStore',
      metadata: { name: 's' },
      spec: { provider: { file: { path: '/x' } }, conditions },
    });
    expect(admitsNamespace(store?.conditions ?? [], 'payments', undefined)).toBe(false);
  });
});
