import { describe, expect, test } from '@jest/globals';
import { isRecord } from '../../../lib/kube/object.ts';
import { at, listAt, manifests } from './manifests.ts';
import { refusals, undescribed } from './schema.ts';

const definitions = manifests.filter(({ kind }) => kind === 'CustomResourceDefinition');
const statusOf = (object: unknown): unknown =>
  at(object, 'spec.versions.0.schema.openAPIV3Schema.properties.status');

const condition = {
  type: 'Valid',
  status: 'False',
  reason: 'Unusable',
  message: 'spec.provider.vault.auth.appRole needs the broker',
  lastTransitionTime: '2026-01-01T00:00:00Z',
};

test('three kinds have a status, and it is the same for all', () => {
  expect(definitions.map(({ name }) => name)).toEqual([
    'clustersecretstores.keyferry.dev',
    'externalsecrets.keyferry.dev',
    'secretstores.keyferry.dev',
  ]);
  for (const { object } of definitions) {
    expect(statusOf(object)).toBeDefined();
    expect(statusOf(object)).toEqual(statusOf(definitions[0]?.object));
  }
});

describe.each(definitions)('$name', ({ object }) => {
  const schema = statusOf(object);

  test('has the status as a subresource, so that writing it changes no generation', () => {
    expect(at(object, 'spec.versions.0.subresources')).toEqual({ status: {} });
  });

  test('takes what the webhook writes, and nothing else', () => {
    const status = { observedGeneration: 3, lastChecked: '2026-01-01T00:00:00Z', conditions: [condition] };
    expect(refusals(schema, status, 'status')).toEqual([]);
    expect(undescribed(schema, 'status')).toEqual([]);
    expect(refusals(schema, { conditions: [{ ...condition, status: 'Maybe' }] }, 'status')).toEqual([
      'status.conditions[0].status is none of True, False',
    ]);
    expect(refusals(schema, { conditions: [{ ...condition, reason: 'Bad' }] }, 'status')).toEqual([
      'status.conditions[0].reason is none of Valid, Invalid, Unusable',
    ]);
    const { type, status: value, reason } = condition;
    expect(refusals(schema, { conditions: [{ type, status: value, reason }] }, 'status')).toEqual([
      'status.conditions[0].message is missing',
      'status.conditions[0].lastTransitionTime is missing',
    ]);
  });

  test('has one condition of a type, merged by it', () => {
    expect(at(schema, 'properties.conditions')).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    });
  });

  test('shows in a list whether it is valid, and how old it is', () => {
    const columns = listAt(object, 'spec.versions.0.additionalPrinterColumns').filter(isRecord);
    expect(columns.find(({ name }) => name === 'Valid')).toMatchObject({
      jsonPath: '.status.conditions[?(@.type=="Valid")].status',
    });
    expect(columns.at(-1)).toEqual({ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' });
  });
});
