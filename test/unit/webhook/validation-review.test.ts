import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { issue } from '../../../webhook/core/codes.ts';
import { validate } from '../../../webhook/core/validate.ts';
import { decodeValidation, encodeValidation } from '../../../webhook/core/validation-review.ts';
import { externalSecret, knowing, secretStore } from '../../support/validation.ts';

const store = secretStore();
const review = (changes: object = {}): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'u',
    resource: { group: 'keyferry.dev', version: 'v1beta1', resource: 'secretstores' },
    operation: 'CREATE',
    name: 'vault',
    namespace: 'payments',
    object: store,
    ...changes,
  },
});

describe('a review that is read', () => {
  test('has the manifest, with the namespace of the request', () => {
    const object = { ...store, metadata: { name: 'vault', labels: { a: 'b' } } };
    expect(decodeValidation(review({ object }))).toEqual({
      ok: true,
      value: {
        uid: 'u',
        namespace: 'payments',
        name: 'vault',
        asked: {
          kind: 'check',
          written: {
            manifest: {
              kind: 'SecretStore',
              metadata: { name: 'vault', namespace: 'payments' },
              spec: store.spec,
            },
          },
        },
      },
    });
  });

  test('has the spec of what is there', () => {
    const decoded = decodeValidation(review({ operation: 'UPDATE', oldObject: { spec: { a: 1 } } }));
    expect(decoded).toMatchObject({ ok: true, value: { asked: { written: { oldSpec: { a: 1 } } } } });
  });

  test('of a ClusterSecretStore has no namespace', () => {
    const resource = { group: 'keyferry.dev', version: 'v1beta1', resource: 'clustersecretstores' };
    const decoded = decodeValidation(review({ resource, namespace: undefined }));
    expect(decoded).toMatchObject({
      ok: true,
      value: {
        asked: { written: { manifest: { kind: 'ClusterSecretStore', metadata: { name: 'vault' } } } },
      },
    });
  });

  test('of an object that gets its name from the API server', () => {
    const decoded = decodeValidation(review({ object: { metadata: { generateName: 'vault-' } } }));
    expect(decoded).toMatchObject({
      ok: true,
      value: { asked: { written: { manifest: { metadata: { name: 'vault-' } } } } },
    });
  });
});

const deleted = { ...store, metadata: { ...store.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
const resourceOf = (group: string, resource: string): object => ({
  resource: { group, version: 'v1', resource },
});

describe('what is let through unseen', () => {
  test.each([
    ['a DELETE', { operation: 'DELETE', object: null }, 'not_written'],
    ['a CONNECT', { operation: 'CONNECT', object: {} }, 'not_written'],
    ['a status', { operation: 'UPDATE', subResource: 'status', object: 1 }, 'subresource'],
    ['a change of what is about to go', { operation: 'UPDATE', object: deleted }, 'deleted'],
    ['a pod', resourceOf('', 'pods'), 'not_checked'],
    ['a store of another API', resourceOf('external-secrets.io', 'secretstores'), 'not_checked'],
    ['a kind of ours that is none', resourceOf('keyferry.dev', 'constructor'), 'not_checked'],
  ])('%s', (_what, changes, reason) => {
    const decoded = decodeValidation(review(changes));
    expect(decoded).toMatchObject({ ok: true, value: { asked: { kind: 'pass', reason } } });
    expect(encodeValidation('u', { kind: 'pass', reason: 'not_checked' })).toMatchObject({
      response: { uid: 'u', allowed: true },
    });
  });
});

describe('what no API server sends', () => {
  test.each([
    ['nothing', undefined, 'the body is not an AdmissionReview of admission.k8s.io/v1'],
    [
      'another version',
      { ...review(), apiVersion: 'admission.k8s.io/v1beta1' },
      'the body is not an AdmissionReview of admission.k8s.io/v1',
    ],
    ['no request', { ...review(), request: [] }, 'the AdmissionReview has no request'],
    ['no uid', review({ uid: 7 }), 'request.uid is missing'],
    ['no resource', review({ resource: null }), 'request.operation or request.resource.resource is missing'],
    ['no namespace', review({ namespace: '' }), 'request.namespace is missing'],
    ['no object', review({ object: null }), 'request.object is not an object'],
    [
      'an object without a name',
      review({ object: { metadata: { name: 1 } } }),
      'request.object has no metadata.name',
    ],
    ['an object without metadata', review({ object: { spec: {} } }), 'request.object has no metadata.name'],
  ])('%s', (_what, body, error) => {
    expect(decodeValidation(body)).toEqual({ ok: false, error });
  });
});

describe('an answer', () => {
  test('that refuses says everything, as that to a pod does', () => {
    const place = 'SecretStore payments/vault';
    const issues = [
      issue('invalid_store', place, 'spec.a is missing'),
      issue('server_not_allowed', place, 'no'),
    ];
    expect(encodeValidation('u', { kind: 'invalid', issues, warnings: ['w'] })).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: {
        uid: 'u',
        allowed: false,
        warnings: ['w'],
        status: {
          code: 422,
          reason: 'Invalid',
          message: `2 problems\n  1. ${place}: spec.a is missing\n  2. ${place}: no`,
          details: {
            causes: [
              { reason: 'invalid_store', field: place, message: 'spec.a is missing' },
              { reason: 'server_not_allowed', field: place, message: 'no' },
            ],
          },
        },
      },
    });
  });

  test('that allows has its warnings, and nothing else', () => {
    expect(encodeValidation('u', { kind: 'valid', warnings: ['w'] })).toMatchObject({
      response: { uid: 'u', allowed: true, warnings: ['w'] },
    });
    expect(JSON.stringify(encodeValidation('u', { kind: 'valid', warnings: [] }))).not.toContain('warnings');
  });
});

const resources = ['secretstores', 'clustersecretstores', 'externalsecrets', 'pods'];

test('whatever is in a review, it is answered or refused, and never breaks', () => {
  const known = knowing([secretStore(), externalSecret()]);
  const anything = fc.jsonValue({ maxDepth: 5 });
  const spec = fc.oneof(
    anything,
    fc.record({
      provider: fc.dictionary(fc.constantFrom('vault', 'aws', 'file', 'gcpsm', 'constructor'), anything),
    }),
    fc.record({ data: anything, dataFrom: anything, target: anything, secretStoreRef: anything }),
  );
  const object = fc.oneof(
    anything,
    fc.record({ metadata: fc.oneof(anything, fc.constant({ name: 'a' })), spec }),
  );
  const request = fc.record({
    uid: fc.constantFrom('u', '', 7),
    operation: fc.constantFrom('CREATE', 'UPDATE', 'DELETE', null),
    namespace: fc.constantFrom('payments', '', null),
    resource: fc.record({ group: fc.constant('keyferry.dev'), resource: fc.constantFrom(...resources) }),
    object,
    oldObject: object,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        anything,
        request.map((changes) => review(changes)),
      ),
      (body) => {
        const decoded = decodeValidation(body);
        if (!decoded.ok) {
          expect(decoded.error).toMatch(/^(the|request\.)/u);
          return;
        }
        const { uid, asked } = decoded.value;
        const validation = asked.kind === 'pass' ? asked : validate(asked.written, known);
        expect(encodeValidation(uid, validation)).toHaveProperty('response.uid', uid);
      },
    ),
    { numRuns: 1000 },
  );
});
