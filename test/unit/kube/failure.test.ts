import { expect, test } from '@jest/globals';
import type { KubeResponse } from '../../../lib/kube/connection.ts';
import { responseFailure, statusFailure, thrownFailure } from '../../../lib/kube/failure.ts';

const response = (status: number, text: string, headers: Record<string, string> = {}): KubeResponse => ({
  status,
  headers,
  text: () => Promise.resolve(text),
  chunks: () => {
    throw new Error('not read');
  },
});

test('the message of a Status object is kept', async () => {
  const body = JSON.stringify({ kind: 'Status', code: 403, message: 'pods is forbidden' });
  expect(await responseFailure(response(403, body))).toEqual({ status: 403, message: 'pods is forbidden' });
});

test('any other body is not: it may be anything', async () => {
  expect(await responseFailure(response(502, '<html>opensesame</html>'))).toEqual({
    status: 502,
    message: 'HTTP 502',
  });
  expect(await responseFailure(response(500, '{"message":"opensesame"}'))).toEqual({
    status: 500,
    message: 'HTTP 500',
  });
});

test.each([
  ['5', 5000],
  ['100000', 60_000],
  ['soon', undefined],
  ['-1', undefined],
])('Retry-After: %s', async (header, expected) => {
  expect((await responseFailure(response(429, '', { 'retry-after': header }))).retryAfterMilliseconds).toBe(
    expected,
  );
});

test('long messages are cut', () => {
  expect(statusFailure({ kind: 'Status', code: 500, message: 'x'.repeat(1000) }).message).toHaveLength(301);
});

test('an error event that is no Status', () => {
  expect(statusFailure('?')).toEqual({ status: undefined, message: 'HTTP status unknown' });
});

test('the cause says more than what was thrown', () => {
  expect(thrownFailure(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))).toEqual({
    status: undefined,
    message: 'connect ECONNREFUSED',
  });
  expect(thrownFailure('odd').message).toBe('odd');
});
