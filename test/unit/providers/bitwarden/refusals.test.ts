import { describe, expect, test } from '@jest/globals';
import { Redacted } from '../../../../lib/redacted.ts';
import { refusalOf } from '../../../../providers/bitwarden/refusals.ts';
import type { Operation } from '../../../../providers/bitwarden/routes.ts';

const refusal = (operation: Operation, status: number, headers: Record<string, string> = {}) =>
  refusalOf({
    operation,
    server: 'bitwarden.test:443',
    answer: { status, headers, body: new Redacted(Buffer.from('a value')) },
    now: 0,
  });

describe('what a status means', () => {
  test.each([200, 204])('%s is an answer', (status) => {
    for (const operation of ['login', 'sync', 'read'] as const)
      expect(refusal(operation, status)).toBeUndefined();
  });

  test.each([
    ['login', 400, 'unauthenticated'],
    ['login', 404, 'invalid'],
    ['login', 500, 'unavailable'],
    ['sync', 401, 'unauthenticated'],
    ['sync', 404, 'denied'],
    ['sync', 502, 'unavailable'],
    ['read', 401, 'unauthenticated'],
    ['read', 403, 'denied'],
    ['read', 404, 'not_found'],
    ['read', 418, 'unavailable'],
  ] as const)('%s %s: %s', (operation, status, code) => {
    const error = refusal(operation, status);
    expect(error?.code).toBe(code);
    expect(error?.message).toMatch(new RegExp(`^bitwarden\\.test:443 .* \\(HTTP ${status}\\)$`));
    expect(error).not.toHaveProperty('retryAfterMs');
  });

  test('what the server asks to wait is passed on, where waiting helps', () => {
    const headers = { 'retry-after': '7' };
    expect(refusal('read', 429, headers)).toMatchObject({ code: 'throttled', retryAfterMs: 7_000 });
    expect(refusal('sync', 503, headers)).toMatchObject({ code: 'unavailable', retryAfterMs: 7_000 });
    expect(refusal('read', 404, headers)).not.toHaveProperty('retryAfterMs');
  });
});
