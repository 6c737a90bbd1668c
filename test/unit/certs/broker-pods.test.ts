import { expect, test } from '@jest/globals';
import { parseNeighbour } from '../../../certs/broker-pods.ts';

const labels = { 'app.kubernetes.io/name': 'keyferry', 'app.kubernetes.io/component': 'broker' };
const ready = { conditions: [{ type: 'Ready', status: 'True' }] };
const pod = (metadata: object, status: unknown = ready): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'keyferry-system', uid: 'u', ...metadata },
  spec: { containers: [] },
  status,
});

test.each<[string, unknown, boolean]>([
  ['a replica that is Ready', pod({ labels }), true],
  ['one that is not', pod({ labels }, { conditions: [{ type: 'Ready', status: 'False' }] }), false],
  [
    'one whose containers are',
    pod({ labels }, { conditions: [{ type: 'ContainersReady', status: 'True' }] }),
    false,
  ],
  ['one without a status', pod({ labels }, null), false],
  ['one with damaged conditions', pod({ labels }, { conditions: ['Ready', null] }), false],
  ['one that is being deleted', pod({ labels, deletionTimestamp: '2026-01-01T00:00:00Z' }), false],
  ['the webhook', pod({ labels: { ...labels, 'app.kubernetes.io/component': 'webhook' } }), false],
  ['the broker of something else', pod({ labels: { ...labels, 'app.kubernetes.io/name': 'x' } }), false],
  ['a pod without labels', pod({}), false],
])('callers are sent to %s: %#', (_what, value, serves) => {
  expect(parseNeighbour(value)).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'keyferry-system', uid: 'u' },
    serves,
  });
});

test('what is no pod is none', () => {
  expect(parseNeighbour({ kind: 'Pod' })).toBeUndefined();
});
