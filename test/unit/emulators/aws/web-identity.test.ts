import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { trustServiceAccount } from '../../../emulators/aws/setup.ts';
import { account, keysOf, payments, refusal, roleArn, startFixture } from './fixture.ts';
import type { AssumeRoleWithWebIdentityCommandInput } from '@aws-sdk/client-sts';
import type { PolicyStatement } from '../../../emulators/aws/iam/document.ts';
import type { RoleSetup } from '../../../emulators/aws/iam/role.ts';
import type { Fixture } from './fixture.ts';

const minute = 60_000;

const startWith = (roles: Readonly<Record<string, RoleSetup>>) =>
  startFixture({ setup: { ...payments, roles: { ...payments.roles, ...roles } } });

async function byToken(
  fixture: Fixture,
  over: Partial<AssumeRoleWithWebIdentityCommandInput> = {},
): Promise<string> {
  const input = {
    RoleArn: roleArn('payments-api'),
    RoleSessionName: 'session',
    WebIdentityToken: over.WebIdentityToken ?? (await fixture.token()),
    ...over,
  };
  return await refusal(fixture.sts().send(new AssumeRoleWithWebIdentityCommand(input)));
}

describe('AssumeRoleWithWebIdentity', () => {
  test('gives credentials for the token of a ServiceAccount', async () => {
    const { sts, token, clock, aws } = await startFixture();
    const answer = await sts().send(
      new AssumeRoleWithWebIdentityCommand({
        ...{ RoleArn: roleArn('payments-api'), RoleSessionName: 'payments-api-1' },
        WebIdentityToken: await token(),
      }),
    );
    expect(answer).toMatchObject({
      AssumedRoleUser: {
        Arn: `arn:aws:sts::${account}:assumed-role/payments-api/payments-api-1`,
        AssumedRoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}:payments-api-1$/),
      },
      Audience: 'sts.amazonaws.com',
      Provider: `arn:aws:iam::${account}:oidc-provider/kubernetes.default.svc`,
      SubjectFromWebIdentityToken: 'system:serviceaccount:payments:payments-api',
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
        SecretAccessKey: expect.stringMatching(/^.{40}$/),
        Expiration: new Date(clock.now() + 60 * minute),
      },
    });
    expect(answer.$metadata.requestId).toBe(aws.requests.list()[0]?.requestId);
    const identity = await sts(keysOf(answer.Credentials)).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: account,
      Arn: answer.AssumedRoleUser?.Arn,
      UserId: answer.AssumedRoleUser?.AssumedRoleId,
    });
  });

  test.each<[string, (fixture: Fixture) => Promise<string>, string]>([
    [
      'of another audience',
      ({ token }) => token({ audiences: ['vault'] }),
      '400 InvalidIdentityTokenException: Incorrect token audience',
    ],
    [
      'of another ServiceAccount',
      ({ token }) => token({ serviceAccount: 'other' }),
      '403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity',
    ],
    [
      'that is none',
      () => Promise.resolve('no token'),
      '400 InvalidIdentityTokenException: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
    ],
    [
      'of another issuer',
      ({ issuer }) => issuer.sign({ iss: 'https://elsewhere.invalid', sub: 'a', aud: 'b', iat: 1, exp: 2 }),
      '400 InvalidIdentityTokenException: No OpenIDConnect provider found in your account for https://elsewhere.invalid',
    ],
    [
      'without a subject',
      ({ issuer }) => issuer.sign({ iss: issuer.issuer, aud: 'b', iat: 1, exp: 2 }),
      '400 InvalidIdentityTokenException: Missing a required claim: sub',
    ],
    [
      'of a key that is gone',
      async ({ token, issuer }) => {
        const old = await token();
        await issuer.rotateKeys();
        return old;
      },
      "400 InvalidIdentityTokenException: Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    ],
    [
      'that has expired',
      async ({ token, clock }) => {
        const old = await token({ expirationSeconds: 600 });
        await clock.advance(10 * minute);
        return old;
      },
      '400 ExpiredTokenException: Token expired: current date/time 1767226200 must be before the expiration date/time1767226200',
    ],
    [
      'that was made more than a day ago',
      async ({ token, clock }) => {
        const old = await token({ expirationSeconds: 100_000 });
        await clock.advance(86_401_000);
        return old;
      },
      '400 ExpiredTokenException: Token too old: 86401',
    ],
  ])('refuses a token %s', async (_name, make, expected) => {
    const fixture = await startFixture();
    expect(await byToken(fixture, { WebIdentityToken: await make(fixture) })).toBe(expected);
  });

  test.each<[Partial<AssumeRoleWithWebIdentityCommandInput>, string]>([
    [
      { RoleSessionName: 'a b' },
      "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      { DurationSeconds: 899, RoleSessionName: 'x' },
      "2 validation errors detected: Value 'x' at 'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2; Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
    ],
    [
      { DurationSeconds: 3601 },
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    [{ RoleArn: 'arn:aws:iam::111122223333:user/x' }, 'Request ARN is invalid'],
  ])('refuses the parameters %j', async (over, message) => {
    expect(await byToken(await startFixture(), over)).toBe(`400 ValidationError: ${message}`);
  });

  test('tells no role from one that does not trust', async () => {
    const fixture = await startFixture();
    const expected = '403 AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity';
    for (const role of ['shared', 'nobody-made-this'])
      expect(await byToken(fixture, { RoleArn: roleArn(role) })).toBe(expected);
  });

  test('refuses a role that trusts another provider', async () => {
    const statement: PolicyStatement = {
      ...{ Effect: 'Allow', Action: 'sts:AssumeRoleWithWebIdentity' },
      Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/elsewhere.invalid` },
    };
    const fixture = await startWith({ other: { trust: { Statement: statement } } });
    expect(await byToken(fixture, { RoleArn: roleArn('other') })).toMatch(/^403 AccessDenied/);
  });

  test('takes wildcards in a trust policy, and the issuer’s keys from where it is told', async () => {
    const trust = trustServiceAccount({ namespace: 'pay*', serviceAccount: 'payments-?pi' });
    const fixture = await startWith({ wild: { trust } });
    expect(await byToken(fixture, { RoleArn: roleArn('wild') })).toBe('not refused');
    const setup = { ...payments, oidcProviders: { 'https://kubernetes.default.svc': {} } };
    const down = await startFixture({ setup, keys: () => Promise.reject(new Error('down')) });
    expect(await byToken(down)).toMatch(/^400 IDPCommunicationErrorException: /);
  });
});
