import { describe, expect, test } from '@jest/globals';
import { decodeValue } from '../../../lib/decode-value.ts';

type Decoding = Parameters<typeof decodeValue>[1];

const decoded = (text: string, decoding: Decoding): string => {
  const result = decodeValue(Buffer.from(text), decoding);
  return result.ok ? result.value.toString() : result.error.code;
};

describe('decodeValue', () => {
  test.each<[string, Decoding, string]>([
    ['c2VjcmV0', undefined, 'c2VjcmV0'],
    ['c2VjcmV0', 'base64', 'secret'],
    ['c2VjcmV0\n', 'base64', 'secret'],
    ['c2Vj\r\ncmV0\r\n', 'base64', 'secret'],
    ['YQ==', 'base64', 'a'],
    ['', 'base64', ''],
    ['YQ', 'base64', 'invalid'],
    ['YQ=', 'base64', 'invalid'],
    ['not base64!', 'base64', 'invalid'],
    ['YS_-', 'base64', 'invalid'],
    ['YS_-', 'base64url', 'a/\ufffd'],
    ['YQ', 'base64url', 'a'],
    ['YQ==', 'base64url', 'a'],
    ['YQ=', 'base64url', 'invalid'],
    ['A', 'base64url', 'invalid'],
    ['YS/+', 'base64url', 'invalid'],
    ['c2VjcmV0', 'auto', 'secret'],
    ['YT8_', 'auto', 'a??'],
    ['hunter2', 'auto', 'hunter2'],
    ['p@ssw0rd', 'auto', 'p@ssw0rd'],
  ])('%j as %s is %j', (text, decoding, expected) => {
    expect(decoded(text, decoding)).toBe(expected);
  });

  test('binary stays binary', () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128]);
    const result = decodeValue(Buffer.from(bytes.toString('base64')), 'base64');
    expect(result).toEqual({ ok: true, value: bytes });
  });

  test('the error does not quote the value', () => {
    const result = decodeValue(Buffer.from('hunter2!'), 'base64');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });
});
