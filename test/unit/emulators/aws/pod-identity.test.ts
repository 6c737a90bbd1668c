import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { payments, startFixture } from './fixture.ts';
import type { TokenRequest } from '../../../emulators/issuer/issuer.ts';
import type { Fixture, Keys } from './fixture.ts';

const pod = { name: 'payments-api-1', uid: 'pod-uid' };

const podToken = ({ token }: Fixture, request: Partial<TokenRequest> = {}): Promise<string> =>
  token({ audiences: ['pods.eks.amazonaws.com'], pod, ...request });

async function ask({ aws }: Fixture, authorization: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(aws.podIdentityUrl, { headers: { authorization } });
  return { status: answer.status, text: await answer.text() };
}

const keysOf = (text: string): Keys => {
  const body = JSON.parse(text) as { AccessKeyId: string; SecretAccessKey: string; Token: string };
  return { accessKeyId: body.AccessKeyId, secretAccessKey: body.SecretAccessKey, sessionToken: body.Token };
};

test('a pod gets the credentials of its association, with its tags', async () => {
  const fixture = await startFixture();
  const { sts, read, clock, aws } = fixture;
  const answer = await ask(fixture, await podToken(fixture));
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual({
    AccessKeyId: expect.stringMatching(/^ASIA/),
    SecretAccessKey: expect.any(String),
    Token: expect.any(String),
    AccountId: '111122223333',
    Expiration: new Date(clock.now() + 6 * 3_600_000).toISOString().replace('.000', ''),
  });
  const keys = keysOf(answer.text);
  const identity = await sts(keys).send(new GetCallerIdentityCommand({}));
  expect(identity.Arn).toMatch(
    /^arn:aws:sts::111122223333:assumed-role\/payments-pod\/eks-cluster-payments-api-1-/,
  );
  expect(aws.core.callers.get(keys.accessKeyId)?.session?.tags).toEqual({
    'eks-cluster-name': 'cluster',
    'kubernetes-namespace': 'payments',
    'kubernetes-service-account': 'payments-api',
    'kubernetes-pod-name': 'payments-api-1',
    'kubernetes-pod-uid': 'pod-uid',
  });
  expect(await read(keys, 'payments/fraud-feed')).toBe('{"api_key":"first"}');
  expect(aws.requests.list()[0]).toMatchObject({
    service: 'pod-identity',
    operation: 'GetCredentials',
    status: 200,
    role: 'arn:aws:iam::111122223333:role/payments-pod',
  });
});

describe('the agent refuses', () => {
  const api = (code: string, message: string): RegExp =>
    new RegExp(`^\\[[0-9a-f-]{36}\\]: \\(${code}\\): ${message}.*, fault: client\n$`);
  test.each<[string, (fixture: Fixture) => Promise<string>, number, string | RegExp]>([
    ['no token', () => Promise.resolve(''), 400, 'Service account token cannot be empty\n'],
    ['what is none', () => Promise.resolve('x'), 400, /^Service account token cannot be parsed: /],
    [
      'one that has expired',
      async (fixture) => {
        const old = await podToken(fixture);
        await fixture.clock.advance(3_600_000);
        return old;
      },
      400,
      'Service account token failed basic claim validations: token is expired\n',
    ],
    [
      'one of another audience',
      (fixture) => podToken(fixture, { audiences: ['sts.amazonaws.com'] }),
      400,
      api('InvalidTokenException', 'The token included in the request is invalid'),
    ],
    [
      'one of a pod that is gone',
      async (fixture) => {
        fixture.issuer.deletePod(pod.uid);
        return await podToken(fixture);
      },
      400,
      api('InvalidTokenException', 'The token included in the request is invalid'),
    ],
    [
      'one of keys that are gone',
      async (fixture) => {
        const old = await podToken(fixture);
        await fixture.issuer.rotateKeys();
        return old;
      },
      400,
      api('InvalidTokenException', 'The token included in the request is invalid'),
    ],
    [
      'one without an association',
      (fixture) => podToken(fixture, { serviceAccount: 'other' }),
      404,
      api('ResourceNotFoundException', 'No pod identity association found for the service account other'),
    ],
    [
      'a role that does not trust it',
      async (fixture) => {
        fixture.aws.associate('payments/payments-api', 'payments-api');
        return await podToken(fixture);
      },
      400,
      api('InvalidRequestException', 'Trust policy for the role arn:aws:iam::111122223333:role/payments-api'),
    ],
  ])('%s', async (_name, make, status, text) => {
    const fixture = await startFixture();
    const answer = await ask(fixture, await make(fixture));
    expect(answer.status).toBe(status);
    expect(answer.text).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
  });

  test('other paths', async () => {
    const { aws } = await startFixture();
    expect((await fetch(`${aws.urlOf('pod-identity')}/v2`)).status).toBe(404);
  });
});

test('an association can be taken away', async () => {
  const fixture = await startFixture({ setup: { ...payments, podIdentity: {} } });
  expect((await ask(fixture, await podToken(fixture))).status).toBe(404);
  fixture.aws.associate('payments/payments-api', 'payments-pod');
  expect((await ask(fixture, await podToken(fixture))).status).toBe(200);
  fixture.aws.associate('payments/payments-api', undefined);
  expect((await ask(fixture, await podToken(fixture))).status).toBe(404);
});
