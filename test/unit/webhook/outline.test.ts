import { describe, expect, test } from '@jest/globals';
import { outlineOf } from '../../../webhook/core/outline.ts';

const pod =
  '{"metadata":{"generateName":"api-","annotations":{"a":"}\\"{"},"managedFields":[{"f:spec":{}}]},"spec":{"containers":[]},"status":{}}';
const review = (changes: Readonly<Record<string, string>> = {}): string => {
  const request: Readonly<Record<string, string>> = {
    uid: '"u-1"',
    kind: '{"kind":"Pod"}',
    resource: '{"group":"","resource":"pods"}',
    namespace: '"payments"',
    operation: '"CREATE"',
    object: pod,
    ...changes,
  };
  const fields = Object.entries(request).map(([name, text]) => `"${name}":${text}`);
  return `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{${fields.join(',')}}}`;
};

describe('the outline of a review', () => {
  test('is what the answer depends on, as it is written', () => {
    expect(outlineOf(`${review()}\n`)).toEqual({
      uid: 'u-1',
      namespace: 'payments',
      name: undefined,
      generateName: 'api-',
      scope: [
        '"AdmissionReview"',
        '"admission.k8s.io/v1"',
        '"CREATE"',
        '{"group":"","resource":"pods"}',
        '',
        '"payments"',
      ],
      pod: ['{"a":"}\\"{"}', '{"containers":[]}'],
    });
  });

  test('has the name of a pod that has one', () => {
    const named = pod.replace('"generateName":"api-"', '"name":"api-0"');
    expect(outlineOf(review({ object: named }))).toMatchObject({ name: 'api-0', generateName: undefined });
  });

  test.each([
    ['nothing', ''],
    ['a list', '[]'],
    ['a text', '"{}"'],
    ['half of it', review().slice(0, 200)],
    ['without its last bracket', review().slice(0, -1)],
    ['followed by something', `${review()}{}`],
    ['no uid', review({ uid: '""' })],
    ['a uid that is no text', review({ uid: '1' })],
    ['a uid with an escape', review({ uid: '"\\u0061"' })],
    ['a namespace with quotes', review({ namespace: '"a\\"b"' })],
    ['no pod', review({ object: 'null' })],
    ['a pod without annotations', review({ object: '{"metadata":{},"spec":{}}' })],
    ['a pod without spec', review({ object: '{"metadata":{"annotations":{}}}' })],
    ['metadata that are a list', review({ object: '{"metadata":[],"spec":{}}' })],
    ['a name that is no name', review({ object: pod.replace('"api-"', '{"a":1}') })],
    ['a second spec', review({ object: pod.replace('"status"', '"spec"') })],
    ['a second request', review().replace('"kind":"AdmissionReview"', '"request":{}')],
    ['a second pod', review({ oldObject: '{}' }).replace('oldObject', 'object')],
    ['an escaped name', review().replace('"spec"', '"sp\\u0065c"')],
    ['spaces', JSON.stringify(JSON.parse(review()), undefined, 1)],
  ])('is none of %s', (_what, text) => {
    expect(outlineOf(text)).toBeUndefined();
  });
});
