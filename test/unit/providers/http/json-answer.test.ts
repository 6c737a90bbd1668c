import { describe, expect, test } from '@jest/globals';
import { Redacted } from '../../../../lib/redacted.ts';
import { readJson } from '../../../../providers/http/json-answer.ts';

const answer = (body: string | Buffer, contentType?: string) => ({
  status: 200,
  headers: contentType === undefined ? {} : { 'content-type': contentType },
  body: new Redacted(Buffer.from(body as string)),
});

describe('an answer read as JSON', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/problem+json',
  ])('%s is JSON', (contentType) => {
    expect(readJson(answer('{"a":1}', contentType)).ok).toBe(true);
  });

  test.each([undefined, '', 'text/html', 'text/plain; application/json', 'application/jsonp'])(
    '%s is not',
    (contentType) => {
      expect(readJson(answer('{}', contentType))).toEqual({
        ok: false,
        error: 'its content type is not JSON',
      });
    },
  );

  test.each([
    ['cut short', '{"a":"can'],
    ['empty', ''],
    ['broken UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['nested without end', '['.repeat(500_000)],
    ['nested too deep to walk', `${'['.repeat(400_000)}${']'.repeat(400_000)}`],
  ])('%s', (_name, body) => {
    expect(readJson(answer(body, 'application/json'))).toEqual({
      ok: false,
      error: 'it is not complete JSON',
    });
  });

  test('numbers keep their text', () => {
    const read = readJson(answer('{"a":12345678901234567890,"b":1.10}', 'application/json'));
    expect(read.ok && JSON.stringify(read.value)).toBe('{"a":12345678901234567890,"b":1.10}');
  });

  test('another content type can be asked for', () => {
    expect(readJson(answer('{}', 'application/x-amz-json-1.1'), /^application\/x-amz-json-1\.1$/).ok).toBe(
      true,
    );
  });
});
