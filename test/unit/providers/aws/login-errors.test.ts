import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import type { Refusal } from '../../../../providers/aws/answer.ts';
import { assumeRoleRefused, webIdentityRefused } from '../../../../providers/aws/login-errors.ts';

const now = Date.UTC(2026, 0, 1);
const context = { server: 'sts.test:443', now };
const step = {
  role: 'arn:aws:iam::1:role/app',
  region: 'eu-central-1',
  hasTags: false,
  hasExternalId: false,
};
const refusal = (code: string, date?: string): Refusal => ({
  kind: 'refused',
  code,
  status: 403,
  date,
  retryAfterMs: undefined,
});
const late = 'Thu, 01 Jan 2026 00:10:00 GMT';

describe('a first role that is refused to the pod', () => {
  const say = (code: string, date?: string, jwt = '') => {
    const error = webIdentityRefused(step, jwt)(refusal(code, date), context);
    return `${error.code}: ${error.message}`;
  };

  test('says whom to trust', () => {
    expect(say('AccessDenied')).toBe(
      `unauthenticated: AWS STS refused role "arn:aws:iam::1:role/app" to the pod's token (HTTP 403): its trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider for this pod's ServiceAccount (conditions on the issuer's :sub and :aud)`,
    );
    expect(say('IDPRejectedClaim')).toBe(say('AccessDenied'));
  });

  test('says what the account needs to know the cluster', () => {
    expect(say('InvalidIdentityToken')).toBe(
      `unauthenticated: AWS STS does not accept the pod's token for role "arn:aws:iam::1:role/app" (HTTP 403): the account of role "arn:aws:iam::1:role/app" needs an IAM OIDC provider for this cluster's issuer with the audience sts.amazonaws.com`,
    );
  });

  test('says that the token is old', () => {
    expect(say('ExpiredToken')).toBe(
      `unauthenticated: AWS STS says that the pod's token for role "arn:aws:iam::1:role/app" has expired (HTTP 403): the kubelet replaces it`,
    );
  });

  test("names whose token it was where that was not the pod's", () => {
    const owner = 'ServiceAccount "payments/reader"';
    const messages = ['AccessDenied', 'InvalidIdentityToken', 'ExpiredToken', 'IDPCommunication'].map(
      (code) => webIdentityRefused(step, '', owner)(refusal(code), context).message,
    );
    for (const message of messages) {
      expect(message).toContain(`the token of ${owner}`);
      expect(message).not.toMatch(/pod|kubelet/);
    }
    expect(messages[2]).toMatch(/: the broker requests another one$/);
  });

  test('says where clocks differ', () => {
    expect(say('ExpiredToken', late)).toContain(
      "(HTTP 403): AWS's clock and this machine's differ by 600 s (set them right); if that is not it, the kubelet",
    );
    const jwt = `e30.${Buffer.from(JSON.stringify({ nbf: now / 1000 + 60 })).toString('base64url')}.s`;
    expect(say('InvalidIdentityToken', undefined, jwt)).toContain(
      "by this machine's clock the pod's token is not valid yet (check the clocks); if that is not it, the account",
    );
  });

  test('waits for an issuer that AWS cannot reach', () => {
    expect(say('IDPCommunication')).toBe(
      `unavailable: AWS STS could not reach this cluster's OIDC issuer to verify the pod's token for role "arn:aws:iam::1:role/app"`,
    );
  });
});

test.each<[string, string]>([
  [
    'RegionDisabled',
    'AWS STS is not active in eu-central-1 for the account of role "arn:aws:iam::1:role/app"; activate it there, or set another region',
  ],
  ['PackedPolicyTooLarge', 'the session tags for role "arn:aws:iam::1:role/app" are too large for AWS'],
  [
    'Validation',
    'AWS STS does not accept the request for role "arn:aws:iam::1:role/app": check the role\'s ARN, externalID, sessionTags and transitiveTagKeys',
  ],
])('%s is for somebody to change, in every step', (code, message) => {
  const expected = { code: 'invalid', message };
  expect(webIdentityRefused(step, '')(refusal(code), context)).toEqual(expected);
  expect(assumeRoleRefused(step, 'role "x"')(refusal(code), context)).toEqual(expected);
});

describe('a further role that is refused', () => {
  const say = (over: Partial<typeof step>, code = 'AccessDenied', date?: string) =>
    assumeRoleRefused({ ...step, ...over }, 'role "x"')(refusal(code, date), context).message;

  test('says which policies must allow what', () => {
    expect(say({})).toBe(
      'AWS STS refused role "arn:aws:iam::1:role/app" to role "x" (HTTP 403): its trust policy must allow sts:AssumeRole to role "x", and a policy of role "x" must allow sts:AssumeRole on it',
    );
    expect(say({ hasTags: true, hasExternalId: true })).toContain(
      'must allow sts:AssumeRole and sts:TagSession to role "x" with this externalID, and',
    );
  });

  test('says where clocks differ', () => {
    expect(say({}, 'SignatureDoesNotMatch', late)).toContain(
      "AWS's clock and this machine's differ by 600 s",
    );
    expect(say({}, 'AccessDenied', late)).not.toContain('clock');
  });
});

test('what failed before AWS judged it stays what it is', () => {
  const failure = { kind: 'failed' as const, error: providerError('timeout', 'too late') };
  expect(webIdentityRefused(step, '')(failure, context)).toBe(failure.error);
  expect(assumeRoleRefused(step, 'x')(failure, context)).toBe(failure.error);
});
