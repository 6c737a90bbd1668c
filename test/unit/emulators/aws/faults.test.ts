import { BatchGetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { parseFault } from '../../../emulators/aws/faults/fault.ts';
import { callVault } from '../../../support/vault-client.ts';
import { admin, refusal, roleArn, startFixture } from './fixture.ts';
import { sendSigned } from './signed-request.ts';
import type { Fault } from '../../../emulators/aws/faults/fault.ts';
import type { VaultReply } from '../../../support/vault-client.ts';
import type { Fixture } from './fixture.ts';

const name = 'payments/fraud-feed';
const right = '{"__type":"ResourceNotFoundException"';

const faulty = async (fault: Fault): Promise<VaultReply> => {
  const fixture = await startFixture();
  fixture.aws.faults.add(fault);
  return await sendSigned(fixture, admin);
};

const askSts = ({ aws }: Fixture): Promise<VaultReply> =>
  callVault(aws, 'POST', '', { body: 'Action=GetCallerIdentity&Version=2011-06-15' });

describe('an answer can be', () => {
  test.each<[Fault, number, string, object]>([
    [
      { kind: 'status', status: 503, retryAfter: 7 },
      503,
      '{"__type":"ServiceUnavailable"}',
      { 'retry-after': '7' },
    ],
    [
      {
        kind: 'status',
        status: 400,
        code: 'InternalServiceError',
        message: 'An error occurred on the server side.',
      },
      400,
      '{"__type":"InternalServiceError","Message":"An error occurred on the server side."}',
      {},
    ],
    [
      { kind: 'throttled' },
      400,
      '{"__type":"ThrottlingException","message":"Rate exceeded"}',
      { 'content-type': 'application/x-amz-json-1.1', date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
    ],
    [
      { kind: 'error-body', code: 'AccessDeniedException', message: 'no' },
      200,
      '{"__type":"AccessDeniedException","Message":"no"}',
      {},
    ],
    [
      { kind: 'redirect', location: 'https://elsewhere.invalid/' },
      307,
      '',
      { location: 'https://elsewhere.invalid/' },
    ],
    [{ kind: 'empty-body' }, 200, '', { 'content-length': '0' }],
  ])('%j', async (fault, status, text, headers) => {
    const reply = await faulty(fault);
    expect([reply.status, reply.text]).toEqual([status, text]);
    expect(reply.headers).toMatchObject(headers);
  });

  test('half of the right one, huge, or a page of HTML', async () => {
    const half = await faulty({ kind: 'truncated-json' });
    expect([half.text.startsWith(right), half.body]).toEqual([true, undefined]);
    const huge = await faulty({ kind: 'huge-body', bytes: 100_000 });
    expect(huge.text.length).toBeGreaterThan(100_000);
    expect(huge.body).toMatchObject({ __type: 'ResourceNotFoundException' });
    expect((await faulty({ kind: 'html' })).text).toMatch(/^<!doctype html>/);
  });

  test.each([{ kind: 'reset' }, { kind: 'reset-mid-body' }] as const)('cut off: %j', async (fault) => {
    await expect(faulty(fault)).rejects.toThrow(/socket hang up|aborted|ECONNRESET/);
  });

  test.each([
    { kind: 'slow-headers', milliseconds: 1000 },
    { kind: 'slow-body', milliseconds: 1000 },
  ] as const)('late: %j', async (fault) => {
    const fixture = await startFixture();
    fixture.aws.faults.add(fault);
    const reply = sendSigned(fixture, admin);
    for (let part = 0; part < (fault.kind === 'slow-body' ? 4 : 1); part += 1) {
      await fixture.clock.sleeping();
      await fixture.clock.advance(fault.kind === 'slow-body' ? 250 : 1000);
    }
    expect((await reply).text.startsWith(right)).toBe(true);
  });

  test('none at all, until the fault is cleared', async () => {
    const fixture = await startFixture();
    const active = fixture.aws.faults.add({ kind: 'hang' });
    const reply = sendSigned(fixture, admin);
    const failed = expect(reply).rejects.toThrow(/socket hang up|ECONNRESET/);
    while (active.hits === 0) await new Promise((resolve) => setImmediate(resolve));
    fixture.aws.faults.clear();
    await failed;
  });

  test('in the words of STS', async () => {
    const fixture = await startFixture();
    fixture.aws.faults.add({ kind: 'throttled', service: 'sts', times: 1 });
    fixture.aws.faults.add({ kind: 'huge-body', bytes: 10, operation: 'GetCallerIdentity' });
    const throttled = await askSts(fixture);
    expect([throttled.status, throttled.text]).toEqual([
      400,
      expect.stringContaining('<Code>Throttling</Code>'),
    ]);
    expect((await askSts(fixture)).text).toMatch(/<!-- x{10} -->\n$/);
    expect((await sendSigned(fixture, admin)).text.startsWith(right)).toBe(true);
  });
});

test('a fault meets what its path means', async () => {
  const { aws, assume, read } = await startFixture();
  const keys = await assume();
  aws.faults.add({ kind: 'status', status: 500, path: `secretsmanager/GetSecretValue/${name}`, times: 2 });
  aws.faults.add({ kind: 'status', status: 503, path: `sts/AssumeRoleWithWebIdentity/${roleArn('*')}` });
  expect(await refusal(read(keys, 'payments/certificate'))).toBe('not refused');
  for (const expected of [/^500 /, /^500 /, /^not refused/])
    expect(await refusal(read(keys, name))).toMatch(expected);
  expect(await refusal(assume())).toMatch(/^503 ServiceUnavailable/);
  expect(aws.faults.list()).toEqual([
    { kind: 'status', status: 503, path: `sts/AssumeRoleWithWebIdentity/${roleArn('*')}`, hits: 1 },
  ]);
});

test.each<[object, string]>([
  [{}, 'fault.kind: Invalid'],
  [{ kind: 'status' }, 'fault.status: Invalid input: expected number'],
  [{ kind: 'slow-body' }, 'fault.milliseconds: Invalid input'],
  [{ kind: 'reset', milliseconds: 5 }, 'fault: Unrecognized key: "milliseconds"'],
])('the fault %j is refused', (data, error) => {
  const parsed = parseFault(data);
  expect(parsed.ok ? '' : parsed.error).toContain(error);
});

test('an operation can be limited', async () => {
  const fixture = await startFixture({ limits: { BatchGetSecretValue: { perSecond: 1, burst: 2 } } });
  const { aws, secrets, clock, sts } = fixture;
  const ask = () => refusal(secrets(admin).send(new BatchGetSecretValueCommand({ SecretIdList: [name] })));
  const throttled = '400 ThrottlingException: Rate exceeded';
  expect([await ask(), await ask(), await ask()]).toEqual(['not refused', 'not refused', throttled]);
  await clock.advance(1000);
  expect([await ask(), await ask()]).toEqual(['not refused', throttled]);
  aws.limit('BatchGetSecretValue', undefined);
  aws.limit('GetCallerIdentity', { perSecond: 0 });
  expect(await ask()).toBe('not refused');
  expect(await refusal(sts().send(new GetCallerIdentityCommand({})))).toBe('400 Throttling: Rate exceeded');
});

test('requests are remembered without what is secret', async () => {
  const { aws, assume, read, token } = await startFixture();
  const jwt = await token();
  const keys = await assume('payments-api', jwt);
  await read(keys, name);
  await refusal(read(keys, 'other/db'));
  const [login, good, denied] = aws.requests.list();
  const time = '2026-01-01T00:00:00.000Z';
  const role = roleArn('payments-api');
  expect(login).toMatchObject({
    time,
    service: 'sts',
    operation: 'AssumeRoleWithWebIdentity',
    resource: role,
  });
  expect(good).toEqual({
    ...{ time, service: 'secretsmanager', operation: 'GetSecretValue', resource: name, role },
    ...{ status: 200, code: '', accessKey: expect.stringMatching(/^[0-9a-f]{16}$/) },
    requestId: expect.any(String),
  });
  expect(denied).toMatchObject({ status: 400, code: 'AccessDeniedException', accessKey: good?.accessKey });
  expect(aws.requests.count({ operation: 'GetSecretValue', resource: 'payments/*', status: 200 })).toBe(1);
  expect(aws.requests.counters()).toEqual({
    [`AssumeRoleWithWebIdentity ${role} 200`]: 1,
    [`GetSecretValue ${name} 200`]: 1,
    'GetSecretValue other/db 400': 1,
  });
  const text = JSON.stringify(aws.requests.list());
  for (const secret of [keys.accessKeyId, keys.secretAccessKey, keys.sessionToken, jwt, 'api_key'])
    expect(text).not.toContain(secret);
  aws.requests.clear();
  expect(aws.requests.count()).toBe(0);
});

test('places refuse connections together and alone, and are there again as they were', async () => {
  const { aws, assume, read, secrets, sts } = await startFixture();
  const keys = await assume();
  const { secretsManagerUrl, stsUrl } = aws;
  await aws.refuseConnections('sts');
  const who = () => refusal(sts(keys, { endpoint: stsUrl }).send(new GetCallerIdentityCommand({})));
  expect(await who()).toContain('ECONNREFUSED');
  const batch = new BatchGetSecretValueCommand({ SecretIdList: [] });
  expect(await refusal(secrets(admin, { endpoint: secretsManagerUrl }).send(batch))).toBe('not refused');
  await aws.refuseConnections();
  expect(await refusal(read(keys, name))).toContain('ECONNREFUSED');
  await aws.acceptConnections();
  expect([await refusal(read(keys, name)), await who()]).toEqual(['not refused', 'not refused']);
});
