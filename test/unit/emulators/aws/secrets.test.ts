import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, test } from '@jest/globals';
import { allow } from '../../../emulators/aws/setup.ts';
import {
  account,
  admin,
  id,
  marked,
  missing,
  payments,
  refusal,
  secretArn,
  startFixture,
} from './fixture.ts';

const name = 'payments/fraud-feed';
describe('GetSecretValue', () => {
  test('gives the current version by name, ARN and ARN without its suffix', async () => {
    const { aws, assume, secrets, clock } = await startFixture();
    const versionId = aws.rotate(name, { json: { api_key: 'second' } });
    const client = secrets(await assume());
    const arn = aws.arnOf(name);
    expect(arn).toMatch(new RegExp(`^${secretArn(name)}-[A-Za-z0-9]{6}$`));
    for (const SecretId of [name, arn, secretArn(name)]) {
      const { $metadata, ...answer } = await client.send(new GetSecretValueCommand({ SecretId }));
      expect(answer).toEqual({
        ARN: arn,
        CreatedDate: new Date(clock.now()),
        Name: name,
        SecretString: '{"api_key":"second"}',
        VersionId: versionId,
        VersionStages: ['AWSCURRENT'],
      });
      expect($metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('gives bytes as they are', async () => {
    const { assume, secrets } = await startFixture();
    const answer = await secrets(await assume()).send(
      new GetSecretValueCommand({ SecretId: 'payments/certificate' }),
    );
    expect(answer.SecretString).toBeUndefined();
    expect([...(answer.SecretBinary ?? [])]).toEqual([0, 1, 2, 255]);
  });

  test('gives versions and stages, and says which are not there', async () => {
    const { aws, read } = await startFixture();
    aws.rotate(name, 'second', { versionId: id(2) });
    aws.rotate(name, 'third', { versionId: id(3) });
    aws.rotate(name, 'pending', { versionId: id(4), stages: ['AWSPENDING'] });
    const get = (over: { VersionId?: string; VersionStage?: string }) => read(admin, name, over);
    expect(await get({})).toBe('third');
    expect(await get({ VersionStage: 'AWSPREVIOUS' })).toBe('second');
    expect(await get({ VersionStage: 'AWSPENDING' })).toBe('pending');
    expect(await get({ VersionId: id(2) })).toBe('second');
    expect(await get({ VersionId: id(3), VersionStage: 'AWSCURRENT' })).toBe('third');
    expect(await refusal(get({ VersionStage: 'NONE' }))).toBe(
      "400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: NONE",
    );
    expect(await refusal(get({ VersionId: id(9) }))).toBe(
      `400 ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: ${id(9)}`,
    );
    expect(await refusal(get({ VersionId: id(2), VersionStage: 'AWSCURRENT' }))).toBe(
      '400 InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId.',
    );
    expect(await refusal(get({ VersionId: 'short' }))).toBe(
      "400 ValidationException: 1 validation error detected: Value 'short' at 'versionId' failed to satisfy constraint: Member must have length greater than or equal to 32",
    );
  });

  test('says what is wrong with a secret', async () => {
    const { aws, read } = await startFixture();
    const get = (): Promise<string> => refusal(read(admin, name));
    expect(await refusal(read(admin, 'nothing'))).toBe(missing);
    aws.deleteSecret(name);
    expect(await get()).toBe(marked);
    aws.restoreSecret(name);
    expect(await get()).toBe('not refused');
    aws.breakKey(name, 'denied');
    expect(await get()).toBe('400 AccessDeniedException: Access to KMS is not allowed');
    aws.breakKey(name, 'failed');
    expect(await get()).toBe(
      "400 DecryptionFailure: Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    );
    aws.breakKey(name, undefined);
    const before = aws.arnOf(name);
    aws.deleteSecret(name, { force: true });
    expect(await get()).toBe(missing);
    expect(aws.createSecret(name, 'again')).not.toBe(before);
  });

  test('a secret that was marked for deletion is gone after its time', async () => {
    const { aws, clock, read } = await startFixture();
    aws.deleteSecret(name);
    await clock.advance(30 * 86_400_000);
    expect(await refusal(read(admin, name))).toBe(missing);
  });
});

describe('access', () => {
  const user = `arn:aws:sts::${account}:assumed-role/payments-api/session`;
  const noPolicy = (resource: string, action = 'GetSecretValue'): string =>
    `400 AccessDeniedException: User: ${user} is not authorized to perform: secretsmanager:${action}${resource} because no identity-based policy allows the secretsmanager:${action} action`;

  test('is by ARN for what is there and by name for what is not', async () => {
    const { aws, assume, read } = await startFixture();
    const keys = await assume();
    const other = aws.arnOf('other/db');
    expect(await refusal(read(keys, 'other/db'))).toBe(noPolicy(` on resource: ${other}`));
    expect(await refusal(read(keys, other))).toBe(noPolicy(` on resource: ${other}`));
    expect(await refusal(read(keys, 'other/none'))).toBe(noPolicy(' on resource: other/none'));
    expect(await refusal(read(keys, 'payments/none'))).toBe(missing);
  });

  test('can be taken away and given back', async () => {
    const { aws, assume, read } = await startFixture();
    const keys = await assume();
    aws.denyRole('payments-api');
    expect(await refusal(read(keys, name))).toBe(
      `400 AccessDeniedException: User: ${user} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${aws.arnOf(name)} with an explicit deny in an identity-based policy`,
    );
    aws.denyRole('payments-api', false);
    expect(await refusal(read(keys, name))).toBe('not refused');
    aws.deleteRole('payments-api');
    expect(await refusal(read(keys, name))).toMatch(/^400 AccessDeniedException/);
  });

  test('is the caller’s account’s own', async () => {
    const { aws, read } = await startFixture();
    const arn = aws.createSecret('theirs', { value: 'x', account: '444455556666' });
    expect(arn).toContain(':444455556666:secret:theirs-');
    for (const one of ['theirs', arn]) expect(await refusal(read(admin, one))).toBe(missing);
  });

  test('to lists and batches is to all or to none', async () => {
    const { assume, secrets } = await startFixture();
    const client = secrets(await assume());
    expect(await refusal(client.send(new ListSecretsCommand({})))).toBe(noPolicy('', 'ListSecrets'));
    expect(await refusal(client.send(new BatchGetSecretValueCommand({ SecretIdList: [name] })))).toBe(
      noPolicy('', 'BatchGetSecretValue'),
    );
  });
});

describe('BatchGetSecretValue', () => {
  test('gives what it can and lists what it cannot', async () => {
    const statement = allow([secretArn('payments/*')]);
    const batch = allow(['*'], ['secretsmanager:BatchGetSecretValue']);
    const { aws, assume, secrets } = await startFixture();
    aws.setRole('payments-api', {
      trust: payments.roles!['payments-api']!.trust,
      policy: [statement, batch],
    });
    aws.createSecret('payments/gone', 'x');
    aws.deleteSecret('payments/gone');
    const SecretIdList = [name, 'payments/certificate', 'payments/none', 'other/db', 'payments/gone'];
    const client = secrets(await assume());
    const { SecretValues, Errors, NextToken } = await client.send(
      new BatchGetSecretValueCommand({ SecretIdList }),
    );
    expect(SecretValues).toMatchObject([
      { Name: name, SecretString: '{"api_key":"first"}', VersionStages: ['AWSCURRENT'] },
      { Name: 'payments/certificate', SecretBinary: Uint8Array.of(0, 1, 2, 255) },
    ]);
    expect(Errors).toEqual([
      {
        SecretId: 'payments/none',
        ErrorCode: 'ResourceNotFoundException',
        Message: "Secrets Manager can't find the specified secret.",
      },
      {
        SecretId: 'other/db',
        ErrorCode: 'AccessDeniedException',
        Message: expect.stringContaining('is not authorized to perform: secretsmanager:GetSecretValue'),
      },
      {
        SecretId: 'payments/gone',
        ErrorCode: 'InvalidRequestException',
        Message: expect.stringContaining('marked for deletion'),
      },
    ]);
    expect(NextToken).toBeUndefined();
    expect(aws.requests.list({ operation: 'BatchGetSecretValue' })[0]?.resource).toBe(SecretIdList.join(','));
  });

  test('takes 20 ids or filters, not both', async () => {
    const { secrets } = await startFixture();
    const client = secrets(admin);
    const send = (input: object) => client.send(new BatchGetSecretValueCommand(input));
    const ids = Array.from({ length: 21 }, (_, index) => `s${index}`);
    expect(await refusal(send({ SecretIdList: ids }))).toMatch(
      /^400 ValidationException: 1 validation error detected: Value '\[s0, .*\]' at 'secretIdList' failed to satisfy constraint: Member must have length less than or equal to 20$/,
    );
    const Filters = [{ Key: 'name', Values: ['payments/'] }];
    const either =
      "400 InvalidParameterException: Either 'SecretIdList' or 'Filters' must be provided, but not both.";
    expect(await refusal(send({}))).toBe(either);
    expect(await refusal(send({ SecretIdList: ['a'], Filters }))).toBe(either);
    expect(await refusal(send({ SecretIdList: ['a'], MaxResults: 2 }))).toMatch(/'Filters' not specified/);
    const first = await send({ Filters, MaxResults: 1 });
    expect(first.SecretValues?.map((value) => value.Name)).toEqual(['payments/certificate']);
    const second = await send({ Filters, MaxResults: 1, NextToken: first.NextToken });
    expect([second.SecretValues?.[0]?.Name, second.NextToken]).toEqual([name, undefined]);
    expect(await refusal(send({ Filters, NextToken: 'odd' }))).toMatch(/^400 InvalidNextTokenException/);
  });
});
