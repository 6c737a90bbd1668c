import { describe, expect, test } from '@jest/globals';
import { parseJsonKeepingNumbers } from '../../../../lib/json.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import { numberOf, readVerdict } from '../../../../providers/vault/answer.ts';

const context = { server: 'vault.test:8200', now: Date.UTC(2026, 0, 1) };

const verdict = (
  status: number,
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
) => readVerdict({ status, headers, body: new Redacted(Buffer.from(body)) }, context);

const error = (code: string, message: string) => ({
  ok: false,
  error: { code, message: `vault.test:8200: ${message}` },
});

describe("statuses that speak of Vault's state, whatever the body", () => {
  test.each([
    [503, 'unavailable', 'Vault is sealed or in standby, or its load balancer has no server (HTTP 503)'],
    [500, 'unavailable', 'Vault failed inside (HTTP 500)'],
    [502, 'unavailable', 'Vault failed inside (HTTP 502)'],
    [412, 'unavailable', 'this Vault node is not up to date yet (HTTP 412)'],
    [472, 'unavailable', 'this Vault node is a replica that does not serve (HTTP 472)'],
    [473, 'unavailable', 'this Vault node is a replica that does not serve (HTTP 473)'],
    [429, 'throttled', 'Vault asks for fewer requests (HTTP 429)'],
  ])('%d', (status, code, message) => {
    expect(verdict(status, '<html>', { 'content-type': 'text/html' })).toEqual(error(code, message));
  });

  test.each([
    [429, '7', 7_000],
    [429, 'Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    [503, '2', 2_000],
  ])('%d, Retry-After: %s', (status, retryAfter, retryAfterMs) => {
    expect(verdict(status, '', { 'retry-after': retryAfter })).toMatchObject({ error: { retryAfterMs } });
  });
});

describe("answers that are Vault's", () => {
  test.each([
    [200, '{"data":{}}'],
    [200, '{"errors":null}'],
    [200, '{"errors":[]}'],
    [400, '{"errors":["x"]}'],
    [403, '{"errors":["permission denied"]}'],
    [404, '{"errors":[]}'],
    [404, '{"data":{"data":null}}'],
    [405, '{"errors":[]}'],
  ])('%d %s', (status, body) => {
    expect(verdict(status, body)).toEqual({ ok: true, value: { status, body: JSON.parse(body) } });
  });
});

describe('answers that somebody else gave', () => {
  const notVaults = "the answer is not Vault's:";

  test.each([
    [200, '<html>', 'its content type is not JSON (HTTP 200)'],
    [403, '<html>', 'its content type is not JSON (HTTP 403)'],
    [404, 'default backend - 404', 'its content type is not JSON (HTTP 404)'],
  ])('%d %s', (status, body, why) => {
    expect(verdict(status, body, { 'content-type': 'text/html' })).toEqual(
      error('unavailable', `${notVaults} ${why}`),
    );
  });

  test.each([
    [200, '{"data":{"a":', 'it is not complete JSON (HTTP 200)'],
    [200, '[]', 'it is no JSON object (HTTP 200)'],
    [200, '7', 'it is no JSON object (HTTP 200)'],
    [200, '{"errors":["canary"]}', 'it has errors with HTTP 200'],
    [200, '{"errors":"canary"}', 'it has errors with HTTP 200'],
    [201, '{"data":{}}', 'HTTP 201 was not expected'],
    [403, '{"message":"forbidden"}', "HTTP 403 without Vault's list of errors"],
    [404, '{}', "HTTP 404 without Vault's list of errors"],
    [400, '{"data":{}}', "HTTP 400 without Vault's list of errors"],
  ])('%d %s', (status, body, why) => {
    expect(verdict(status, body)).toEqual(error('unavailable', `${notVaults} ${why}`));
  });
});

test.each([
  ['7', 7],
  ['-1.5', -1.5],
  ['"7"', undefined],
  ['null', undefined],
  ['true', undefined],
  ['[7]', undefined],
  ['{}', undefined],
  ['1e999', undefined],
])('the number in %s', (text, expected) => {
  expect(numberOf(parseJsonKeepingNumbers(text))).toBe(expected);
});
