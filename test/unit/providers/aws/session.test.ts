import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { AwsStorePlan } from '../../../../lib/plan.ts';
import { Redacted } from '../../../../lib/redacted.ts';
import type { Identified } from '../../../../providers/aws/assume-role.ts';
import { decodeSession, encodeSession } from '../../../../providers/aws/session.ts';

const store: AwsStorePlan = {
  type: 'aws',
  region: 'eu-central-1',
  allowHttp: false,
  prefix: '',
  auth: {
    token: 'sts',
    podIdentity: true,
    roles: [{ arn: 'arn:aws:iam::1:role/app' }],
    sessionName: 'keyferry',
  },
};
const podIdentity = {
  uri: 'http://169.254.170.23/v1/credentials',
  readToken: () => Promise.reject(new Error()),
};
const settings = { store, podIdentity };

const identity: Identified = {
  name: 'role "app"',
  credentials: {
    keys: new Redacted({ accessKeyId: 'ASIA', secretAccessKey: 'canary', sessionToken: 'canary2' }),
    expiresAt: 3_600_000,
    fullLife: 3_600_000,
  },
};
const text = encodeSession(settings, identity, 1_000);

describe('a session', () => {
  test('gives the identity back, to the same login alone', () => {
    const decoded = decodeSession(settings, text, 2_000);
    expect(decoded).toEqual(identity);
    expect(decoded?.credentials.keys.reveal()).toEqual(identity.credentials.keys.reveal());
    expect(inspect(decoded, { depth: 9 })).not.toContain('canary');
  });

  test('survives settings that do not concern the login', () => {
    const other = { ...store, prefix: 'x/', secretsManagerEndpoint: 'https://vpce.test' };
    expect(decodeSession({ store: other, podIdentity }, text, 2_000)).toEqual(identity);
  });

  test.each<[string, Partial<AwsStorePlan>, Partial<AwsStorePlan['auth']>]>([
    ['another region', { region: 'us-east-1' }, {}],
    ['another STS', { stsEndpoint: 'https://sts.test' }, {}],
    ['another role', {}, { roles: [{ arn: 'arn:aws:iam::1:role/other' }] }],
    ['a further role', {}, { roles: [...store.auth.roles, { arn: 'arn:aws:iam::1:role/b' }] }],
    ['another external id', {}, { roles: [{ arn: 'arn:aws:iam::1:role/app', externalId: 'x' }] }],
    ['another name', {}, { sessionName: 'x' }],
    ['another pod token', {}, { token: 'x' }],
    ['no Pod Identity', {}, { podIdentity: false }],
  ])('is not that of %s', (_name, over, auth) => {
    const other = { ...store, ...over, auth: { ...store.auth, ...auth } };
    expect(decodeSession({ store: other, podIdentity }, text, 2_000)).toBeUndefined();
  });

  test('is not that of a pod without an association', () => {
    expect(decodeSession({ store, podIdentity: undefined }, text, 2_000)).toBeUndefined();
  });

  test.each<[string, string | undefined, number]>([
    ['lapsed', text, 3_599_000],
    ['from the future', text, 999],
    ['none', undefined, 2_000],
    ['no JSON', text.slice(1), 2_000],
    ['of another version', text.replace('"version":1', '"version":2'), 2_000],
    ['with more in it', text.replace('{', '{"more":1,'), 2_000],
    ['without a key', text.replace('"canary"', '""'), 2_000],
  ])('is not taken when it is %s', (_name, saved, now) => {
    expect(decodeSession(settings, saved, now)).toBeUndefined();
  });
});
