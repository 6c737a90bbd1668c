import { describe, expect, test } from '@jest/globals';
import { parseJsonKeepingNumbers } from '../../../../lib/json.ts';
import type { JsonObject } from '../../../../providers/vault/answer.ts';
import { readDocument } from '../../../../providers/vault/document.ts';
import type { SecretPath } from '../../../../providers/vault/path.ts';

const second: SecretPath = {
  kind: 'secret',
  mount: ['kv'],
  kvVersion: 2,
  secret: ['payments', 'db'],
  seen: true,
};
const first: SecretPath = { ...second, kvVersion: 1 };

const read = (status: number, body: string, path = second, version?: string) =>
  readDocument(
    { path, version, holder: 'role "app"' },
    { status, body: parseJsonKeepingNumbers(body) as JsonObject },
    { server: 'vault.test:8200', now: 0 },
  );

const text = (outcome: ReturnType<typeof read>) =>
  outcome.ok ? [outcome.value.bytes.reveal().toString(), outcome.value.version] : outcome.error;

describe('a secret', () => {
  test('of KV version 2 has its fields and its version', () => {
    const body = '{"data":{"data":{"user":"u","n":12345678901234567890,"f":1.10},"metadata":{"version":3}}}';
    expect(text(read(200, body))).toEqual(['{"user":"u","n":12345678901234567890,"f":1.10}', '3']);
  });

  test('of KV version 1 has its fields', () => {
    expect(text(read(200, '{"data":{"data":"x","f":1.10}}', first))).toEqual([
      '{"data":"x","f":1.10}',
      undefined,
    ]);
  });

  test('is written as Vault writes JSON', () => {
    const body = JSON.stringify({ data: { data: { url: 'a<b>&\u2028"\\' }, metadata: { version: 1 } } });
    const [written] = text(read(200, body)) as [string];
    expect(written).toBe(String.raw`{"url":"a\u003cb\u003e\u0026\u2028\"\\"}`);
    expect(JSON.parse(written)).toEqual({ url: 'a<b>&\u2028"\\' });
  });

  test('keeps fields with names of Object.prototype', () => {
    const body = '{"data":{"data":{"__proto__":"a","constructor":"b"},"metadata":{"version":1}}}';
    expect(text(read(200, body))).toEqual(['{"__proto__":"a","constructor":"b"}', '1']);
  });
});

describe('no secret', () => {
  test.each([
    ['{}', second, 'it has no data'],
    ['{"data":null}', second, 'it has no data'],
    ['{"data":{"user":"canary"}}', second, 'it is no secret of KV version 2'],
    ['{"data":{"data":null,"metadata":{"version":1}}}', second, 'it is no secret of KV version 2'],
    ['{"data":{"data":{},"metadata":{}}}', second, 'it is no secret of KV version 2'],
    ['{"data":{"data":["canary"],"metadata":{"version":1}}}', second, 'it is no secret of KV version 2'],
    ['{"data":"canary"}', first, 'it has no data'],
  ])('%s', (body, path, why) => {
    expect(read(200, body, path)).toEqual({
      ok: false,
      error: { code: 'unavailable', message: `vault.test:8200: the answer is not Vault's: ${why}` },
    });
  });

  const metadata = (fields: string) => `{"data":{"data":null,"metadata":{${fields}}}}`;
  test.each([
    ['{"errors":[]}', undefined, '"payments/db" in kv/ does not exist ("kv/data/payments/db")'],
    ['{"errors":[]}', '7', 'version 7 of "payments/db" in kv/ does not exist ("kv/data/payments/db")'],
    [
      metadata('"deletion_time":"2026-01-01T00:00:00Z","destroyed":false'),
      undefined,
      '"payments/db" in kv/ was deleted',
    ],
    [metadata('"deletion_time":"","destroyed":true'), undefined, '"payments/db" in kv/ was destroyed'],
    [
      metadata('"deletion_time":"2026-01-01T00:00:00Z","destroyed":false'),
      '2',
      'version 2 of "payments/db" in kv/ was deleted',
    ],
    [
      metadata('"deletion_time":"","destroyed":false'),
      undefined,
      '"payments/db" in kv/ does not exist ("kv/data/payments/db")',
    ],
  ])('404 %s, version %s', (body, version, message) => {
    expect(read(404, body, second, version)).toEqual({ ok: false, error: { code: 'not_found', message } });
  });

  test('a mount that the token cannot see is said to be a guess', () => {
    const advice = '; the token cannot see what kv/ is, so it was taken for KV version 2, as the store says';
    const unseen = { ...second, seen: false };
    expect(text(read(404, '{"errors":[]}', unseen))).toMatchObject({
      message: expect.stringContaining(advice),
    });
    expect(text(read(403, '{"errors":[]}', unseen))).toMatchObject({
      message: expect.stringContaining(advice),
    });
  });

  test('403 names the key and the path that a policy has to allow', () => {
    expect(read(403, '{"errors":["canary"]}')).toEqual({
      ok: false,
      error: {
        code: 'denied',
        message:
          'Vault denied reading "payments/db" in kv/: a policy of role "app" must allow "read" on "kv/data/payments/db"',
      },
    });
  });

  test.each([400, 405])('%d', (status) => {
    expect(read(status, '{"errors":["canary"]}')).toEqual({
      ok: false,
      error: { code: 'invalid', message: `Vault refused to read "payments/db" in kv/ (HTTP ${status})` },
    });
  });
});
