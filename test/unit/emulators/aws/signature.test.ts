import { describe, expect, test } from '@jest/globals';
import { canonicalRequest, sha256 } from '../../../emulators/aws/signature/canonical-request.ts';
import { signatureOf, signingKey } from '../../../emulators/aws/signature/sigv4.ts';
import type { RawRequest } from '../../../emulators/aws/wire/http-request.ts';

const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const timestamp = '20150830T123600Z';
const host = ['Host', 'example.amazonaws.com'] as const;
const date = ['X-Amz-Date', timestamp] as const;

const request = (over: Partial<RawRequest> = {}): RawRequest => ({
  method: 'GET',
  path: '/',
  query: '',
  headers: [host, date],
  body: Buffer.alloc(0),
  ...over,
});

const sign = (
  over: Partial<RawRequest>,
  signedHeaders = ['host', 'x-amz-date'],
  service = 'service',
): string =>
  signatureOf({
    request: request(over),
    signedHeaders,
    timestamp,
    scope: { date: '20150830', region: 'us-east-1', service },
    secretAccessKey,
  });

const form = ['Content-Type', 'application/x-www-form-urlencoded'] as const;

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html and the test suite that AWS
// publishes with its SDKs (aws-sig-v4-test-suite).
describe("AWS's own examples", () => {
  test.each<[string, Partial<RawRequest>, string[], string]>([
    [
      'get-vanilla',
      {},
      ['host', 'x-amz-date'],
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query-order-key-case',
      { query: 'Param2=value2&Param1=value1' },
      ['host', 'x-amz-date'],
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-vanilla',
      { method: 'POST' },
      ['host', 'x-amz-date'],
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-x-www-form-urlencoded',
      { method: 'POST', headers: [form, host, date], body: Buffer.from('Param1=value1') },
      ['content-type', 'host', 'x-amz-date'],
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'get-header-value-trim',
      { headers: [host, ['My-Header1', ' value1'], ['My-Header2', ' "a   b   c"'], date] },
      ['host', 'my-header1', 'my-header2', 'x-amz-date'],
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'get-header-key-duplicate',
      { headers: [host, ['My-Header1', 'value2'], ['My-Header1', 'value2'], ['My-Header1', 'value1'], date] },
      ['host', 'my-header1', 'x-amz-date'],
      'c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea',
    ],
    [
      'get-relative-relative (normalized)',
      { path: '/example1/example2/../..' },
      ['host', 'x-amz-date'],
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-slashes (normalized)',
      { path: '//example//' },
      ['host', 'x-amz-date'],
      '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    ],
  ])('%s', (_name, over, signedHeaders, signature) => {
    expect(sign(over, signedHeaders)).toBe(signature);
  });

  test('the signing key and the signature of the IAM example', () => {
    const scope = { date: '20150830', region: 'us-east-1', service: 'iam' };
    expect(signingKey(secretAccessKey, scope).toString('hex')).toBe(
      'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
    );
    const listUsers = {
      query: 'Action=ListUsers&Version=2010-05-08',
      headers: [
        ['Host', 'iam.amazonaws.com'],
        ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
        date,
      ],
    } as const;
    const signed = ['content-type', 'host', 'x-amz-date'];
    expect(sha256(canonicalRequest(request(listUsers), signed))).toBe(
      'f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59',
    );
    expect(sign(listUsers, signed, 'iam')).toBe(
      '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    );
  });
});
