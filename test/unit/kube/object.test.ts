import { describe, expect, test } from '@jest/globals';
import { parseObject } from '../../../lib/kube/object.ts';

const base = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'app', namespace: 'payments' } };

describe('parseObject', () => {
  test('keeps names, labels, annotations and spec, and nothing else', () => {
    const parsed = parseObject({
      ...base,
      metadata: {
        ...base.metadata,
        labels: { constructor: 'yes' },
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'eks.amazonaws.com/role-arn': 'arn',
        },
        uid: 'u',
        resourceVersion: '5',
        deletionTimestamp: null,
        managedFields: [{}],
        ownerReferences: [{}],
      },
      spec: { provider: {} },
      secrets: [{ name: 'app-token' }],
      status: {},
    });
    expect(parsed).toEqual({
      ok: true,
      value: {
        ...base,
        metadata: {
          ...base.metadata,
          labels: { constructor: 'yes' },
          annotations: { 'eks.amazonaws.com/role-arn': 'arn' },
          uid: 'u',
          resourceVersion: '5',
        },
        spec: { provider: {} },
      },
    });
  });

  test('takes what the items of a list leave out from the list', () => {
    const { apiVersion, kind, ...rest } = base;
    expect(parseObject(rest, { apiVersion, kind })).toEqual({ ok: true, value: base });
  });

  test.each([
    [null, 'is not an object'],
    [[], 'is not an object'],
    [{ kind: 'A', metadata: {} }, 'apiVersion is missing'],
    [{ apiVersion: 'v1', metadata: {} }, 'kind is missing'],
    [{ apiVersion: 'v1', kind: 'A' }, 'metadata is missing'],
    [{ ...base, metadata: {} }, 'metadata.name is missing'],
    [{ ...base, metadata: { name: 7 } }, 'metadata.name is missing'],
    [{ ...base, metadata: { name: 'a', namespace: 7 } }, 'metadata.namespace is not a string'],
    [{ ...base, metadata: { name: 'a', labels: 'x' } }, 'metadata.labels is not a map'],
    [
      { ...base, metadata: { name: 'a', labels: { x: true } } },
      'metadata.labels["x"] is not a string (quote it)',
    ],
    [
      { ...base, metadata: { name: 'a', annotations: { x: 1 } } },
      'metadata.annotations["x"] is not a string (quote it)',
    ],
  ])('%j: %s', (value, error) => {
    expect(parseObject(value)).toEqual({ ok: false, error });
  });
});
