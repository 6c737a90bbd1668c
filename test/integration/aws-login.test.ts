import { describe, expect, test } from '@jest/globals';
import { canary, db, latin1, roleArn, startGame, type Game } from './aws-harness.ts';

const dbLine = latin1(db);
const tags = [{ key: 'team', value: 'payments' }];
const target = { arn: roleArn('target'), externalId: 'keyferry-1', sessionTags: tags };

describe('the first role', () => {
  test("is assumed with the pod's token, once for all who wait and as long as its session lives", async () => {
    const { aws, clock, open, requests } = await startGame();
    const { lines, records } = await open();
    const [first, second] = await Promise.all([lines('payments/db'), lines('payments/api')]);
    expect([first, second]).toEqual([[dbLine], [latin1(`${canary}2`)]]);
    await clock.advance(54 * 60_000);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(aws.requests.count({ operation: 'AssumeRoleWithWebIdentity' })).toBe(1);
    expect(records).toEqual(['login ok', 'read ok', 'read ok', 'read ok']);
    expect(requests()[0]).toBe(`AssumeRoleWithWebIdentity ${roleArn('app')} 200`);
  });

  test('is assumed again in the last minutes of its session', async () => {
    const { aws, clock, open } = await startGame();
    const { lines } = await open();
    await lines('payments/db');
    await clock.advance(56 * 60_000);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(aws.requests.count({ operation: 'AssumeRoleWithWebIdentity' })).toBe(2);
  });

  test('may fail to be assumed again while its session lives', async () => {
    const { aws, clock, open } = await startGame();
    const { lines, logs } = await open();
    await lines('payments/db');
    await aws.refuseConnections('sts');
    await clock.advance(56 * 60_000);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(logs.filter(([, text]) => String(text).startsWith('cannot replace'))).toEqual([
      [{ code: 'unavailable' }, 'cannot replace the AWS credentials yet; they are used until they lapse'],
    ]);
    await clock.advance(4 * 60_000);
    expect(await lines('payments/db')).toEqual([
      `unavailable: ${new URL(aws.urlOf('sts')).host} refused the connection`,
    ]);
    await aws.acceptConnections('sts');
    expect(await lines('payments/db')).toEqual([dbLine]);
  });

  test('that trusts another ServiceAccount', async () => {
    const { open } = await startGame();
    const { lines, records } = await open({ auth: { roles: [{ arn: roleArn('stranger') }] } });
    expect(await lines('payments/db', 'payments/api')).toEqual(
      Array<string>(2).fill(
        `unauthenticated: AWS STS refused role "${roleArn('stranger')}" to the pod's token (HTTP 403): its trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider for this pod's ServiceAccount (conditions on the issuer's :sub and :aud)`,
      ),
    );
    // The token was read once more, and was another one.
    expect(records).toEqual(['login unauthenticated', 'login unauthenticated']);
  });

  test('that trusts another ServiceAccount than the one that the broker logs in as', async () => {
    const { open } = await startGame();
    const tokenOwner = 'ServiceAccount "payments/reader"';
    const { lines } = await open({ tokenOwner, auth: { roles: [{ arn: roleArn('stranger') }] } });
    expect(await lines('payments/db')).toEqual([
      `unauthenticated: AWS STS refused role "${roleArn('stranger')}" to the token of ServiceAccount "payments/reader" (HTTP 403): its trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider for ServiceAccount "payments/reader" (conditions on the issuer's :sub and :aud)`,
    ]);
  });

  test('with a token of another audience, and with none', async () => {
    const { open, podToken } = await startGame();
    const token = await podToken('vault');
    const other = await open({ readToken: () => Promise.resolve(token) });
    expect((await other.lines('payments/db'))[0]).toMatch(
      /^unauthenticated: AWS STS does not accept the pod's token for role ".*" \(HTTP 400\): the account of role/,
    );
    expect(other.records).toEqual(['login unauthenticated']);
    const none = await open({ readToken: () => Promise.reject(new Error(canary)) });
    expect(await none.lines('payments/db')).toEqual([
      `unauthenticated: the pod's token "sts" cannot be read`,
    ]);
  });

  test('is asked for once more where the kubelet replaced the token meanwhile', async () => {
    const { clock, open, podToken } = await startGame();
    const old = await podToken('sts.amazonaws.com', 600);
    await clock.advance(601_000);
    const tokens = [old, await podToken()];
    const { lines, records } = await open({ readToken: () => Promise.resolve(tokens.shift() ?? '') });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['login unauthenticated', 'login ok', 'read ok']);
  });
});

describe('further roles', () => {
  test('are assumed one from the other, the last with external id and session tags', async () => {
    const { aws, open, requests } = await startGame();
    const roles = [{ arn: roleArn('entry') }, { arn: roleArn('middle') }, target];
    const { lines, records } = await open({ auth: { roles } });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(requests()).toEqual([
      `AssumeRoleWithWebIdentity ${roleArn('entry')} 200`,
      `AssumeRole ${roleArn('middle')} 200`,
      `AssumeRole ${roleArn('target')} 200`,
      'GetSecretValue payments/db 200',
    ]);
    expect(aws.requests.list().at(-1)?.role).toBe(roleArn('target'));
    expect(records).toEqual(['login ok', 'assume_role ok', 'assume_role ok', 'read ok']);
  });

  test.each([
    ['another external id', { ...target, externalId: 'other' }],
    ['other tags', { ...target, sessionTags: [{ key: 'team', value: 'x' }] }],
  ])('are refused with %s', async (_name, last) => {
    const { open } = await startGame();
    const { lines } = await open({ auth: { roles: [{ arn: roleArn('entry') }, last] } });
    expect(await lines('payments/db')).toEqual([
      `unauthenticated: AWS STS refused role "${roleArn('target')}" to role "${roleArn('entry')}" (HTTP 403): its trust policy must allow sts:AssumeRole and sts:TagSession to role "${roleArn('entry')}" with this externalID, and a policy of role "${roleArn('entry')}" must allow sts:AssumeRole and sts:TagSession on it`,
    ]);
  });
});

describe('EKS Pod Identity', () => {
  const open = (game: Game, roles: { arn: string }[] = []) =>
    game.open({ podIdentity: game.podIdentity(), auth: { podIdentity: true, roles } });

  test("is the identity where the container has it, the pod's token is not used", async () => {
    const game = await startGame();
    const { lines, records } = await open(game);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(game.aws.requests.list().at(-1)?.role).toBe(roleArn('association'));
    expect(records).toEqual(['login ok', 'read ok']);
    expect(game.aws.requests.count({ service: 'sts' })).toBe(0);
  });

  test('is what every role of the store is assumed from', async () => {
    const game = await startGame();
    const { lines, records } = await open(game, [target]);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['login ok', 'assume_role ok', 'read ok']);
    expect(game.aws.requests.list().at(-1)?.role).toBe(roleArn('target'));
  });

  test('is not used where the ServiceAccount names a role', async () => {
    const game = await startGame();
    const { lines } = await game.open({ podIdentity: game.podIdentity() });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(game.aws.requests.count({ service: 'pod-identity' })).toBe(0);
  });

  test('lives for six hours', async () => {
    const game = await startGame();
    const { lines } = await open(game);
    await lines('payments/db');
    await game.clock.advance(5.9 * 60 * 60_000);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(game.aws.requests.count({ service: 'pod-identity' })).toBe(1);
    await game.clock.advance(10 * 60_000);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(game.aws.requests.count({ service: 'pod-identity' })).toBe(2);
  });

  test('without an association', async () => {
    const game = await startGame();
    game.aws.associate('payments/app', undefined);
    const { lines } = await open(game);
    expect(await lines('payments/db')).toEqual([
      'unauthenticated: the Pod Identity agent gave no credentials (HTTP 404): the ServiceAccount needs a Pod Identity association with a role whose trust policy allows sts:AssumeRole and sts:TagSession to pods.eks.amazonaws.com',
    ]);
  });
});

test('a pod without any identity hears of all three ways to one', async () => {
  const { open, requests } = await startGame();
  const { lines } = await open({ auth: { podIdentity: true, roles: [] } });
  expect(await lines('payments/db')).toEqual([
    "invalid: there is no AWS identity for this pod; set role in the store, annotate the pod's ServiceAccount with eks.amazonaws.com/role-arn, or make an EKS Pod Identity association for it",
  ]);
  expect(requests()).toEqual([]);
});

test.each([
  ['an external id', { arn: roleArn('app'), externalId: 'keyferry-1' }],
  ['tags', { arn: roleArn('app'), sessionTags: tags }],
])('%s that the first role wants is not left out, which would be another login', async (_what, role) => {
  const { open, requests } = await startGame();
  const { lines } = await open({ auth: { podIdentity: true, roles: [role] } });
  expect(await lines('payments/db')).toEqual([
    "invalid: externalID and session tags are said by a role that assumes the store's; annotate the pod's ServiceAccount with eks.amazonaws.com/role-arn, or make an EKS Pod Identity association for it",
  ]);
  expect(requests()).toEqual([]);
});

describe('a session that an earlier process left', () => {
  test('is gone on with, and not logged in again', async () => {
    const { aws, open } = await startGame();
    const session = {};
    await (await open({ session })).lines('payments/db');
    const { lines, records } = await open({ session });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['read ok']);
    expect(aws.requests.count({ service: 'sts' })).toBe(1);
  });

  test('is not gone on with as another role', async () => {
    const { open } = await startGame();
    const session = {};
    await (await open({ session })).lines('payments/db');
    const { lines, records } = await open({ session, auth: { roles: [{ arn: roleArn('single') }] } });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['login ok', 'read ok']);
  });
});
