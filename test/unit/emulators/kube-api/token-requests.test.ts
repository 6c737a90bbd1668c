import { describe, expect, test } from '@jest/globals';
import { apiAudience, brokerAccount, TokenServer } from './token-server.ts';
import { tokenRights } from '../../../support/token-rights.ts';

const server = new TokenServer();

describe('TokenRequest', () => {
  const request = (spec: object, user?: string, name = 'api') =>
    server.api.request(
      { method: 'POST', path: `/api/v1/namespaces/shop/serviceaccounts/${name}/token`, body: { spec } },
      user,
    );

  test('makes a token with audiences, a life and a pod', async () => {
    const bound = server.runPod({ nodeName: 'node-1' });
    server.api.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } });
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', ...bound };
    const { status, body } = await request({
      audiences: ['keyferry'],
      expirationSeconds: 600,
      boundObjectRef,
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: {
        kind: 'TokenRequest',
        metadata: { name: 'api', namespace: 'shop' },
        spec: { audiences: ['keyferry'], expirationSeconds: 600, boundObjectRef },
        status: {
          expirationTimestamp: new Date(server.clock.now() + 600_000).toISOString().replace('.000Z', 'Z'),
        },
      },
    });
    const { token } = (body as { status: { token: string } }).status;
    expect(await server.review(token, ['keyferry'])).toMatchObject({
      user: {
        extra: {
          'authentication.kubernetes.io/pod-uid': [bound.uid],
          'authentication.kubernetes.io/node-uid': [server.api.get('nodes', 'node-1')?.metadata.uid],
        },
      },
    });
  });

  test('asks for an hour and for the API server where nothing is said', async () => {
    expect((await request({})).body).toMatchObject({
      spec: { audiences: [apiAudience], expirationSeconds: 3600, boundObjectRef: null },
    });
  });

  test.each([
    [
      'less than ten minutes',
      { expirationSeconds: 599 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes',
    ],
    [
      'more than 2^32 seconds',
      { expirationSeconds: 2 ** 32 + 1 },
      422,
      'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
    [
      'an object of another kind',
      { boundObjectRef: { apiVersion: 'v1', kind: 'ConfigMap', name: 'x' } },
      400,
      'cannot bind token to object of type v1, Kind=ConfigMap',
    ],
    [
      'a pod that is not there',
      { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } },
      404,
      'pods "none" not found',
    ],
    [
      'another pod of that name',
      { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'api-0', uid: 'old' } },
      409,
      'the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated',
    ],
  ])('refuses %s', async (_what, spec, status, message) => {
    server.runPod();
    expect(await request(spec)).toMatchObject({ status, body: { message } });
  });

  test('refuses a pod of another account, and an account that is not there', async () => {
    server.runPod({ serviceAccountName: 'default' });
    expect(await request({ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'api-0' } })).toMatchObject(
      {
        status: 400,
        body: {
          message:
            'cannot bind token for serviceaccount "api" to pod running with different serviceaccount name.',
        },
      },
    );
    expect(await request({}, undefined, 'nobody')).toMatchObject({
      status: 404,
      body: { message: 'serviceaccounts "nobody" not found' },
    });
  });

  test('is granted by the names of the accounts', async () => {
    server.api.apply(...tokenRights('shop', 'api'));
    expect((await request({}, brokerAccount)).status).toBe(201);
    expect((await request({}, brokerAccount, 'default')).status).toBe(403);
  });
});
