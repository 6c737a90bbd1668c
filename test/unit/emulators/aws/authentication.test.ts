import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { admin, refusal, startFixture } from './fixture.ts';
import { sendSigned } from './signed-request.ts';
import type { Keys } from './fixture.ts';
import type { Deviation } from './signed-request.ts';

const minute = 60_000;
const unknownToken = 'The security token included in the request is invalid.';
const mismatch =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

test('a request that is signed by hand is judged by its contents', async () => {
  const reply = await sendSigned(await startFixture(), admin);
  expect([reply.status, reply.body]).toEqual([
    400,
    { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." },
  ]);
  expect(reply.headers).toMatchObject({
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
    date: 'Thu, 01 Jan 2026 00:00:00 GMT',
  });
});

describe('Secrets Manager refuses', () => {
  test.each<[string, Deviation, string, string]>([
    [
      'another region',
      { region: 'us-east-1' },
      'InvalidSignatureException',
      "Credential should be scoped to a valid region, not 'us-east-1'.",
    ],
    [
      'another service and terminator',
      { service: 'sts', terminator: 'aws5' },
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'secretsmanager'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'.",
    ],
    [
      'another day',
      { day: '20251231' },
      'InvalidSignatureException',
      "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20251231' != '20260101', from '20260101T000000Z'.",
    ],
    ['another body', { body: '{"SecretId":"other"}' }, 'InvalidSignatureException', mismatch],
    [
      'an old signature',
      { ahead: -5 * minute - 1000 },
      'InvalidSignatureException',
      'Signature expired: 20251231T235459Z is now earlier than 20251231T235500Z (20260101T000000Z - 5 min.)',
    ],
    [
      'a signature of the future',
      { ahead: 5 * minute + 1000 },
      'InvalidSignatureException',
      'Signature not yet current: 20260101T000501Z is still later than 20260101T000500Z (20260101T000000Z + 5 min.)',
    ],
    [
      'an unsigned host',
      { signed: ['x-amz-date', 'x-amz-target'] },
      'InvalidSignatureException',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'an unsigned target',
      { signed: ['host', 'x-amz-date'] },
      'InvalidSignatureException',
      "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ],
    [
      'no signature',
      { authorization: () => undefined },
      'MissingAuthenticationTokenException',
      'Missing Authentication Token',
    ],
    [
      'half a signature',
      { authorization: () => 'AWS4-HMAC-SHA256 Credential=a/b/c/d/e' },
      'IncompleteSignatureException',
      "Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256",
    ],
    [
      'an odd credential',
      { authorization: (right) => right.replace('/aws4_request', '') },
      'IncompleteSignatureException',
      "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIAIOSFODNN7EXAMPLE/20260101/eu-central-1/secretsmanager'",
    ],
    [
      'another algorithm',
      { authorization: (right) => right.replace('HMAC', 'ECDSA') },
      'IncompleteSignatureException',
      "Unsupported AWS 'algorithm': 'AWS4-ECDSA-SHA256'.",
    ],
    [
      'a date that is none',
      { headers: { 'x-amz-date': 'today' } },
      'IncompleteSignatureException',
      "Date must be in ISO-8601 'basic format'. Got 'today'. See http://en.wikipedia.org/wiki/ISO_8601",
    ],
    [
      'the token of nobody',
      { headers: { 'x-amz-security-token': 'x' } },
      'UnrecognizedClientException',
      unknownToken,
    ],
  ])('%s', async (_name, deviation, type, message) => {
    const reply = await sendSigned(await startFixture(), admin, deviation);
    expect([reply.status, reply.body]).toEqual([400, { __type: type, message }]);
  });

  test('what it does not know: operations, bodies', async () => {
    const fixture = await startFixture();
    const odd = await sendSigned(fixture, admin, { headers: { 'x-amz-target': 'secretsmanager.Odd' } });
    expect([odd.status, odd.body]).toEqual([400, { __type: 'UnknownOperationException' }]);
    const typed = await sendSigned(fixture, admin, { headers: { 'content-type': 'application/json' } });
    expect(typed.body).toEqual({ __type: 'UnknownOperationException' });
  });
});

test('a signature may be five minutes old or ahead', async () => {
  const fixture = await startFixture();
  for (const ahead of [-5 * minute, 5 * minute])
    expect((await sendSigned(fixture, admin, { ahead })).body).toMatchObject({
      __type: 'ResourceNotFoundException',
    });
});

describe('a session', () => {
  test('ends when it says, and with its token', async () => {
    const { assume, read, clock, sts } = await startFixture();
    const keys = await assume('payments-api', undefined, 900);
    await clock.advance(15 * minute - 1);
    expect(await refusal(read(keys, 'payments/fraud-feed'))).toBe('not refused');
    const other: Keys = { ...keys, sessionToken: 'other' };
    expect(await refusal(read(other, 'payments/fraud-feed'))).toBe(
      `400 UnrecognizedClientException: ${unknownToken}`,
    );
    expect(await refusal(sts(other).send(new GetCallerIdentityCommand({})))).toBe(
      `403 InvalidClientTokenId: ${unknownToken}`,
    );
    await clock.advance(1);
    const expired = 'The security token included in the request is expired';
    expect(await refusal(read(keys, 'payments/fraud-feed'))).toBe(`400 ExpiredTokenException: ${expired}`);
    expect(await refusal(sts(keys).send(new GetCallerIdentityCommand({})))).toBe(
      `403 ExpiredToken: ${expired}`,
    );
  });

  test('can be forgotten', async () => {
    const { aws, assume, read } = await startFixture();
    const keys = await assume();
    expect(aws.liveSessions()).toBe(1);
    expect([aws.revokeSessions('shared'), aws.revokeSessions()]).toEqual([0, 1]);
    expect(await refusal(read(keys, 'payments/fraud-feed'))).toMatch(/^400 UnrecognizedClientException/);
  });
});

describe('STS', () => {
  test('says it in its own words, and takes fifteen minutes', async () => {
    const { sts } = await startFixture();
    const ask = (keys: Keys, over = {}) => refusal(sts(keys, over).send(new GetCallerIdentityCommand({})));
    expect(await ask(admin, { ahead: -14 * minute })).toBe('not refused');
    expect(await ask(admin, { ahead: -16 * minute })).toMatch(
      /^403 SignatureDoesNotMatch: Signature expired: .* is now earlier than .* - 15 min\.\)$/,
    );
    expect(await ask({ ...admin, secretAccessKey: 'x' })).toBe(`403 SignatureDoesNotMatch: ${mismatch}`);
    expect(await ask(admin, { region: 'us-east-1' })).toMatch(
      /^403 SignatureDoesNotMatch: Credential should be scoped to a valid region/,
    );
  });
});

test('a client whose clock is wrong finds the right time in the refusal', async () => {
  const { secrets } = await startFixture();
  const command = new GetSecretValueCommand({ SecretId: 'payments/fraud-feed' });
  for (const ahead of [-20 * minute, 20 * minute])
    expect(await refusal(secrets(admin, { ahead, maxAttempts: 2 }).send(command))).toBe('not refused');
});

test('places tell the services apart, with and without TLS', async () => {
  const { aws, secrets, sts } = await startFixture();
  const read = new GetSecretValueCommand({ SecretId: 'payments/fraud-feed' });
  const who = new GetCallerIdentityCommand({});
  for (const endpoint of [aws.url, aws.secretsManagerUrl, aws.httpUrl])
    expect(await refusal(secrets(admin, { endpoint }).send(read))).toBe('not refused');
  for (const endpoint of [aws.url, aws.stsUrl, aws.httpUrl])
    expect(await refusal(sts(admin, { endpoint }).send(who))).toBe('not refused');
  expect(await refusal(secrets(admin, { endpoint: aws.stsUrl }).send(read))).toMatch(/^400 /);
  expect(await refusal(sts(admin, { endpoint: aws.secretsManagerUrl }).send(who))).toMatch(/^400 /);
});
