import { describe, expect, test } from '@jest/globals';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { ServiceAccountIssuer } from '../../../emulators/issuer/issuer.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const start = Date.UTC(2026, 0, 1);
const pod = { name: 'fraud-1', uid: 'pod-uid' };

async function makeIssuer(): Promise<ServiceAccountIssuer> {
  return await ServiceAccountIssuer.create({ keyType: 'ec', clock: new ManualClock(start) });
}

const verifies = async (issuer: ServiceAccountIssuer, token: string): Promise<boolean> =>
  await jwtVerify(token, createLocalJWKSet(issuer.jwks()), { currentDate: new Date(start) }).then(
    () => true,
    () => false,
  );

describe('tokens', () => {
  test('carry the claims of kube-apiserver', async () => {
    const issuer = await makeIssuer();
    const issued = await issuer.issue({
      namespace: 'payments',
      serviceAccount: 'fraud',
      audiences: ['vault'],
      expirationSeconds: 600,
      pod,
      node: { name: 'node-1', uid: 'node-uid' },
    });
    const now = start / 1000;
    expect(decodeJwt(issued.token)).toEqual({
      iss: 'https://kubernetes.default.svc',
      sub: 'system:serviceaccount:payments:fraud',
      aud: ['vault'],
      exp: now + 600,
      iat: now,
      nbf: now,
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      'kubernetes.io': {
        namespace: 'payments',
        serviceaccount: { name: 'fraud', uid: issuer.serviceAccountUid('payments', 'fraud') },
        pod,
        node: { name: 'node-1', uid: 'node-uid' },
      },
    });
    expect(issued.expiresAt).toBe(start + 600_000);
    expect(await verifies(issuer, issued.token)).toBe(true);
  });

  test('are for the API server and an hour when nothing else is asked for', async () => {
    const issuer = await makeIssuer();
    const { claims } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    expect(claims.aud).toEqual(['https://kubernetes.default.svc']);
    expect(claims.exp - claims.iat).toBe(3600);
    expect(claims['kubernetes.io']).not.toHaveProperty('pod');
  });

  test.each([
    ['bound to a pod, for the API server, 3607 s', { pod, expirationSeconds: 3607 }, true],
    ['not bound', { expirationSeconds: 3607 }, false],
    ['another audience', { pod, expirationSeconds: 3607, audiences: ['vault'] }, false],
    ['another time', { pod, expirationSeconds: 3600 }, false],
  ])('last a year with a warning as the kubelet asks for them: %s', async (_name, request, extended) => {
    const issuer = await makeIssuer();
    const issued = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud', ...request });
    const { exp, iat } = issued.claims;
    expect(exp - iat).toBe(extended ? 365 * 24 * 3600 : request.expirationSeconds);
    expect(issued.claims['kubernetes.io'].warnafter).toBe(extended ? iat + 3607 : undefined);
    expect(issued.expiresAt).toBe(start + request.expirationSeconds * 1000);
  });

  test.each(['rsa', 'ec'] as const)('name their %s key', async (keyType) => {
    const issuer = await ServiceAccountIssuer.create({ keyType, clock: new ManualClock(start) });
    const { token } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    const [key] = issuer.jwks().keys;
    expect(decodeProtectedHeader(token)).toEqual({ alg: key?.alg, kid: key?.kid });
    expect(Object.keys(key ?? {})).not.toContain('d');
    expect(await verifies(issuer, token)).toBe(true);
  });
});

describe('keys', () => {
  test('that are rotated leave old tokens without one', async () => {
    const issuer = await makeIssuer();
    const { token: old } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    await issuer.rotateKeys();
    const { token } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    expect(await verifies(issuer, old)).toBe(false);
    expect(await verifies(issuer, token)).toBe(true);
  });

  test('that are rotated with care keep old tokens good', async () => {
    const issuer = await makeIssuer();
    const { token: old } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    await issuer.rotateKeys({ keepOld: true });
    expect(issuer.jwks().keys).toHaveLength(2);
    expect(await verifies(issuer, old)).toBe(true);
  });
});

describe('what a token is bound to', () => {
  test('is live until the pod is deleted', async () => {
    const issuer = await makeIssuer();
    const { claims } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud', pod });
    expect(issuer.isLive({ ...claims })).toBe(true);
    issuer.deletePod(pod.uid);
    expect(issuer.isLive({ ...claims })).toBe(false);
  });

  test('is live until the ServiceAccount is deleted, also when one of the same name follows', async () => {
    const issuer = await makeIssuer();
    const { claims } = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    const other = await issuer.issue({ namespace: 'web', serviceAccount: 'fraud' });
    issuer.deleteServiceAccount('payments', 'fraud');
    const again = await issuer.issue({ namespace: 'payments', serviceAccount: 'fraud' });
    expect(issuer.isLive({ ...claims })).toBe(false);
    expect(issuer.isLive({ ...other.claims })).toBe(true);
    expect(issuer.isLive({ ...again.claims })).toBe(true);
  });

  test('claims without it are nothing to look up', async () => {
    expect((await makeIssuer()).isLive({ sub: 'x' })).toBe(true);
  });
});
