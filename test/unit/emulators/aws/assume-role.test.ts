import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { allow, trustRoles, trustServiceAccount } from '../../../emulators/aws/setup.ts';
import { account, admin, keysOf, payments, refusal, roleArn, secretArn, startFixture } from './fixture.ts';
import type { RoleSetup } from '../../../emulators/aws/iam/role.ts';

const startWith = (roles: Readonly<Record<string, RoleSetup>>) =>
  startFixture({ setup: { ...payments, roles: { ...payments.roles, ...roles } } });

describe('AssumeRole', () => {
  const denied = (user: string, action: string, role: string): string =>
    `403 AccessDenied: User: ${user} is not authorized to perform: sts:${action} on resource: ${roleArn(role)}`;
  const session = (role: string, name = 'session'): string =>
    `arn:aws:sts::${account}:assumed-role/${role}/${name}`;

  test('chains roles, an hour at most', async () => {
    const { assume, chain, sts } = await startFixture();
    const first = await assume();
    const second = await chain(first, 'shared');
    const identity = await sts(second).send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe(session('shared', 'chained'));
    expect(await refusal(chain(first, 'shared', { DurationSeconds: 3601 }))).toBe(
      '400 ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
    // A user's own key is no chain.
    const trust = {
      Statement: { Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' },
    } as const;
    const { chain: again } = await startWith({ long: { trust, maxSessionDuration: 43_200 } });
    expect(await again(admin, 'long', { DurationSeconds: 43_200 })).toBeDefined();
  });

  test('needs the external id of the trust policy', async () => {
    const { assume, chain } = await startFixture();
    const keys = await assume();
    const expected = denied(session('payments-api'), 'AssumeRole', 'shared');
    expect(await refusal(chain(keys, 'shared', { ExternalId: 'other' }))).toBe(expected);
    expect(await refusal(chain(keys, 'shared', { ExternalId: undefined }))).toBe(expected);
    expect(await refusal(chain(keys, 'nobody-made-this'))).toBe(
      denied(session('payments-api'), 'AssumeRole', 'nobody-made-this'),
    );
  });

  test('needs the caller’s own policy too where the trust policy names the account', async () => {
    const trust = (principal: string) =>
      ({ Statement: { Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' } }) as const;
    const elsewhere = 'arn:aws:iam::444455556666:role/elsewhere';
    const fixture = await startWith({
      'by-account': { trust: trust(`arn:aws:iam::${account}:root`) },
      caller: {
        trust: trustServiceAccount({ namespace: 'payments', serviceAccount: 'payments-api' }),
        policy: allow([roleArn('by-account'), elsewhere], ['sts:AssumeRole']),
      },
      [elsewhere]: { trust: trust(account) },
    });
    const { assume, chain } = fixture;
    const [without, caller] = [await assume(), await assume('caller')];
    expect(await refusal(chain(without, 'by-account'))).toBe(
      denied(session('payments-api'), 'AssumeRole', 'by-account'),
    );
    expect(await refusal(chain(caller, 'by-account'))).toBe('not refused');
    expect(await refusal(chain(caller, 'x', { RoleArn: elsewhere }))).toBe('not refused');
    expect(await refusal(chain(without, 'x', { RoleArn: elsewhere }))).toMatch(/^403 AccessDenied/);
  });

  test('hands transitive tags on, and asks for the right to tag', async () => {
    const untaggable = {
      Statement: { Effect: 'Allow', Principal: { AWS: roleArn('payments-api') }, Action: 'sts:AssumeRole' },
    } as const;
    const byTag = secretArn('${aws:PrincipalTag/team}/*');
    const fixture = await startWith({
      untaggable: { trust: untaggable },
      tagged: { trust: trustRoles([roleArn('payments-api')]) },
      last: { trust: trustRoles([roleArn('tagged')]), policy: allow([byTag]) },
    });
    const { assume, chain, read } = fixture;
    const keys = await assume();
    const Tags = [
      { Key: 'team', Value: 'payments' },
      { Key: 'color', Value: 'blue' },
    ];
    const input = { Tags, TransitiveTagKeys: ['team'] };
    expect(await refusal(chain(keys, 'untaggable', input))).toBe(
      denied(session('payments-api'), 'TagSession', 'untaggable'),
    );
    const tagged = await chain(keys, 'tagged', input);
    const last = await chain(tagged, 'last');
    expect(await read(last, 'payments/fraud-feed')).toBe('{"api_key":"first"}');
    expect(await refusal(read(last, 'other/db'))).toMatch(/^400 AccessDeniedException/);
    expect(await refusal(chain(tagged, 'last', { Tags: [{ Key: 'Team', Value: 'other' }] }))).toMatch(
      /^400 InvalidParameterValue: One of the specified transitive tag keys can't be set/,
    );
    expect(await refusal(chain(keys, 'tagged', { TransitiveTagKeys: ['absent'] }))).toMatch(
      /^400 InvalidParameterValue: The specified transitive tag key/,
    );
    const twice = [...Tags, { Key: 'TEAM', Value: 'x' }];
    expect(await refusal(chain(keys, 'tagged', { Tags: twice }))).toBe(
      '400 InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    );
  });

  test('can narrow a session by a policy', async () => {
    const { sts, read, assume } = await startFixture();
    const input = {
      ...{ RoleArn: roleArn('shared'), RoleSessionName: 'narrow', ExternalId: 'keyferry' },
      Policy: JSON.stringify(allow([secretArn('payments/*')])),
    };
    const client = sts(await assume());
    const narrow = keysOf((await client.send(new AssumeRoleCommand(input))).Credentials);
    expect(await read(narrow, 'payments/fraud-feed')).toBe('{"api_key":"first"}');
    expect(await refusal(read(narrow, 'other/db'))).toMatch(
      /because no session policy allows the secretsmanager:GetSecretValue action$/,
    );
    expect(await refusal(client.send(new AssumeRoleCommand({ ...input, Policy: '{' })))).toMatch(
      /^400 MalformedPolicyDocument/,
    );
  });
});
