import { decodeJwt } from 'jose';
import { describe, expect, test } from '@jest/globals';
import { ServiceAccountIssuer, type TokenRequest } from '../../../emulators/issuer/issuer.ts';
import { startKubeApi } from '../../../emulators/kube-api/kube-api.ts';
import { sendRequest } from '../../../emulators/kube-api/client.ts';
import { account, apiAudience, brokerAccount, reviews, TokenServer } from './token-server.ts';

const server = new TokenServer();

const issue = async (request: Partial<TokenRequest> = {}): Promise<string> => {
  const wanted = { namespace: 'shop', serviceAccount: 'api', audiences: ['keyferry'], ...request };
  return (await server.issuer.issue(wanted)).token;
};

const refusal = (reason: string): object => ({ user: {}, error: `[invalid bearer token, ${reason}]` });

describe('TokenReview', () => {
  test('tells whose a token is, and of what it is bound to', async () => {
    const bound = server.runPod();
    const token = await issue({ pod: bound, node: { name: 'node-1' } });
    expect(await server.review(token, ['keyferry', 'other'])).toEqual({
      authenticated: true,
      user: {
        username: 'system:serviceaccount:shop:api',
        uid: server.api.get('serviceaccounts', 'api', 'shop')?.metadata.uid,
        groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
        extra: {
          'authentication.kubernetes.io/credential-id': [`JTI=${String(decodeJwt(token).jti)}`],
          'authentication.kubernetes.io/pod-name': ['api-0'],
          'authentication.kubernetes.io/pod-uid': [bound.uid],
          'authentication.kubernetes.io/node-name': ['node-1'],
        },
      },
      audiences: ['keyferry'],
    });
  });

  test('without audiences asks for the API server’s own', async () => {
    expect(await server.review(await issue({ audiences: [apiAudience] }))).toMatchObject({
      authenticated: true,
      audiences: [apiAudience],
    });
    expect(await server.review(await issue())).toEqual(
      refusal(
        `token audiences ["keyferry"] is invalid for the target audiences ["https://kubernetes.default.svc"]`,
      ),
    );
  });

  test('refuses a token for somebody else', async () => {
    expect(await server.review(await issue({ audiences: ['vault', 'b'] }), ['keyferry'])).toEqual(
      refusal('token audiences ["vault" "b"] is invalid for the target audiences ["keyferry"]'),
    );
  });

  test('takes a token for a minute after its end, and no longer', async () => {
    const token = await issue({ expirationSeconds: 600 });
    await server.clock.advance(659_000);
    expect(await server.review(token, ['keyferry'])).toMatchObject({ authenticated: true });
    await server.clock.advance(2_000);
    expect(await server.review(token, ['keyferry'])).toEqual(refusal('service account token has expired'));
  });

  test('refuses a token that is not valid yet', async () => {
    const now = Math.floor(server.clock.now() / 1000);
    const claims = { ...(decodeJwt(await issue()) as Record<string, unknown>), nbf: now + 120 };
    expect(await server.review(await server.issuer.sign(claims), ['keyferry'])).toEqual(
      refusal('service account token is not valid yet'),
    );
  });

  test('refuses a token of a pod that is gone, or came again', async () => {
    const token = await issue({ pod: server.runPod() });
    const before = server.api.get('pods', 'api-0', 'shop')?.metadata.uid ?? '';
    server.api.delete('pods', 'api-0', 'shop');
    expect(await server.review(token, ['keyferry'])).toEqual(
      refusal('service account token has been invalidated'),
    );
    const { uid } = server.runPod();
    expect(await server.review(token, ['keyferry'])).toEqual(
      refusal(`pod UID (${uid}) does not match claim (${before})`),
    );
  });

  test('refuses a token of a ServiceAccount that is gone, or came again', async () => {
    const token = await issue();
    const before = server.api.get('serviceaccounts', 'api', 'shop')?.metadata.uid ?? '';
    server.api.delete('serviceaccounts', 'api', 'shop');
    expect(await server.review(token, ['keyferry'])).toEqual(refusal('serviceaccounts "api" not found'));
    const [again] = server.api.apply(account);
    expect(await server.review(token, ['keyferry'])).toEqual(
      refusal(`service account UID (${again?.metadata.uid ?? ''}) does not match claim (${before})`),
    );
  });

  test.each([
    ['no JWT', () => Promise.resolve('nonsense')],
    ['another issuer', async () => server.issuer.sign({ ...decodeJwt(await issue()), iss: 'https://other' })],
    [
      'a key that is not known',
      async () => (await ServiceAccountIssuer.create()).sign(decodeJwt(await issue())),
    ],
  ])('knows nothing of %s', async (_what, make) => {
    expect(await server.review(await make(), ['keyferry'])).toEqual({
      user: {},
      error: 'invalid bearer token',
    });
  });

  test('refuses a token that was changed', async () => {
    const [header, , signature] = (await issue()).split('.');
    const claims = { ...decodeJwt(await issue()), sub: 'system:serviceaccount:shop:boss' };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    expect(await server.review([header, payload, signature].join('.'), ['keyferry'])).toEqual(
      refusal('go-jose/go-jose: error in cryptographic primitive'),
    );
  });

  test('takes a token, and the right to ask', async () => {
    const ask = { method: 'POST', path: reviews, body: { spec: {} } } as const;
    expect(await server.api.request(ask)).toMatchObject({
      status: 400,
      body: { message: 'token is required for TokenReview in authentication' },
    });
    expect(await server.api.request(ask, brokerAccount)).toMatchObject({
      status: 403,
      body: {
        message: `tokenreviews.authentication.k8s.io is forbidden: User "${brokerAccount}" cannot create resource "tokenreviews" in API group "authentication.k8s.io" at the cluster scope`,
      },
    });
  });

  test('is not there without an issuer', async () => {
    const other = await startKubeApi();
    const { status } = await other.request({ method: 'POST', path: reviews, body: {} });
    await other.close();
    expect(status).toBe(404);
  });
});

describe('requests to the API server', () => {
  test('may be made with a token that the issuer made for it, and with no other', async () => {
    const statusWith = async (token: string): Promise<number> =>
      (await sendRequest({ url: server.api.url, caPem: server.api.caPem, token }, { path: '/version' }))
        .status;
    expect(await statusWith(await issue({ audiences: [apiAudience] }))).toBe(200);
    expect(await statusWith(await issue())).toBe(401);
  });
});
