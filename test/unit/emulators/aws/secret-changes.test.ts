import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { expect, test } from '@jest/globals';
import { admin, id, marked, missing, refusal, startFixture } from './fixture.ts';

test('secrets can be made, changed, described, listed, deleted and restored', async () => {
  const { secrets, read, aws, clock } = await startFixture();
  const client = secrets(admin);
  const create = new CreateSecretCommand({
    ...{ Name: 'new', SecretString: 'one', Description: 'A new one', ClientRequestToken: id(1) },
    Tags: [{ Key: 'team', Value: 'payments' }],
  });
  expect(await client.send(create)).toMatchObject({ Name: 'new', VersionId: id(1) });
  expect(await refusal(client.send(create))).toBe(
    '400 ResourceExistsException: The operation failed because the secret new already exists.',
  );
  const put = (value: string, token: string) =>
    client.send(
      new PutSecretValueCommand({ SecretId: 'new', SecretString: value, ClientRequestToken: token }),
    );
  expect(await put('two', id(2))).toMatchObject({ VersionId: id(2), VersionStages: ['AWSCURRENT'] });
  expect(await refusal(put('other', id(2)))).toMatch(/^400 ResourceExistsException: You can't use/);
  const described = await client.send(new DescribeSecretCommand({ SecretId: 'new' }));
  expect(described).toMatchObject({
    ARN: aws.arnOf('new'),
    Description: 'A new one',
    Tags: [{ Key: 'team', Value: 'payments' }],
    VersionIdsToStages: { [id(1)]: ['AWSPREVIOUS'], [id(2)]: ['AWSCURRENT'] },
    CreatedDate: new Date(clock.now()),
  });
  const move = (over: object) =>
    client.send(
      new UpdateSecretVersionStageCommand({ SecretId: 'new', VersionStage: 'AWSCURRENT', ...over }),
    );
  expect(await refusal(move({ MoveToVersionId: id(1) }))).toMatch(/RemoveFromVersionId can't be empty/);
  await move({ MoveToVersionId: id(1), RemoveFromVersionId: id(2) });
  expect(await read(admin, 'new')).toBe('one');
  expect(await read(admin, 'new', { VersionStage: 'AWSPREVIOUS' })).toBe('two');
  const list = async (filter: string[], over = {}) => {
    const [Key = 'all', ...Values] = filter;
    const Filters = [{ Key: Key as 'all', Values }];
    const { SecretList } = await client.send(new ListSecretsCommand({ Filters, ...over }));
    return SecretList?.map((secret) => secret.Name);
  };
  expect(await list(['tag-value', 'pay'])).toEqual(['new']);
  expect(await list(['name', '!payments/'])).toEqual(['new', 'other/db']);
  await client.send(new DeleteSecretCommand({ SecretId: 'new', RecoveryWindowInDays: 7 }));
  expect(await refusal(read(admin, 'new'))).toBe(marked);
  expect(await list(['name', 'new'])).toEqual([]);
  expect(await list(['name', 'new'], { IncludePlannedDeletion: true })).toEqual(['new']);
  await client.send(new RestoreSecretCommand({ SecretId: 'new' }));
  expect(await read(admin, 'new')).toBe('one');
  const force = { SecretId: 'new', ForceDeleteWithoutRecovery: true };
  expect(await refusal(client.send(new DeleteSecretCommand({ ...force, RecoveryWindowInDays: 7 })))).toMatch(
    /^400 InvalidParameterException: You can't use ForceDeleteWithoutRecovery/,
  );
  await client.send(new DeleteSecretCommand(force));
  expect(await refusal(read(admin, 'new'))).toBe(missing);
});
