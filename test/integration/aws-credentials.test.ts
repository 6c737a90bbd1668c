import { describe, expect, test } from '@jest/globals';
import { db, latin1, roleArn, startGame } from './aws-harness.ts';

const dbLine = latin1(db);

describe('credentials that AWS does not know any more', () => {
  test('are replaced once, and every read is made again with the new ones', async () => {
    const { aws, open } = await startGame();
    const { lines, records } = await open();
    const keys = Array.from({ length: 12 }, () => 'payments/db?stage=AWSCURRENT');
    await lines('payments/db');
    aws.revokeSessions();
    records.splice(0);
    expect(await lines(...keys)).toEqual(keys.map(() => dbLine));
    expect(records.filter((record) => record === 'login ok')).toHaveLength(1);
    expect(records.filter((record) => record === 'read ok')).toHaveLength(12);
    expect(records.filter((record) => record === 'read unauthenticated').length).toBeLessThanOrEqual(8);
  });

  test('also those of a batch', async () => {
    const { aws, open } = await startGame();
    const { lines, records } = await open();
    await lines('payments/db');
    aws.revokeSessions();
    records.splice(0);
    expect((await lines('payments/db', 'payments/api'))[0]).toBe(dbLine);
    expect(records).toEqual(['batch_read unauthenticated', 'login ok', 'batch_read ok']);
  });

  test('and cannot be replaced: one login is the outcome of all', async () => {
    const { aws, open } = await startGame();
    const { lines, records } = await open();
    await lines('payments/db');
    aws.revokeSessions();
    await aws.refuseConnections('sts');
    records.splice(0);
    const outcomes = await lines(...Array.from({ length: 12 }, () => 'payments/db?stage=AWSCURRENT'));
    expect(new Set(outcomes)).toEqual(
      new Set([`unavailable: ${new URL(aws.urlOf('sts')).host} refused the connection`]),
    );
    expect(records.filter((record) => record.startsWith('login'))).toEqual(['login unavailable']);
  });

  test('and of which the new ones are not known either', async () => {
    const { aws, open } = await startGame();
    const fault = { kind: 'status' as const, status: 400, code: 'ExpiredTokenException' };
    aws.faults.add({ ...fault, operation: 'GetSecretValue' });
    const { lines, records } = await open();
    expect(await lines('payments/db')).toEqual([
      `unauthenticated: AWS does not accept the credentials of role "${roleArn('app')}", not even new ones`,
    ]);
    expect(records).toEqual(['login ok', 'read unauthenticated', 'login ok', 'read unauthenticated']);
  });

  test('of a session that an earlier process left', async () => {
    const { aws, open } = await startGame();
    const session = {};
    await (await open({ session })).lines('payments/db');
    aws.revokeSessions();
    const { lines, records } = await open({ session });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['read unauthenticated', 'login ok', 'read ok']);
  });
});

describe('a clock that is wrong', () => {
  const minutes = 60_000;

  test.each([
    ['ahead', 10 * minutes],
    ['behind', -10 * minutes],
  ])('%s by ten minutes costs one request', async (_name, ahead) => {
    const { open } = await startGame();
    const { lines, records } = await open({ ahead });
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['login ok', 'read unauthenticated', 'read ok']);
    records.splice(0);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['read ok']);
  });

  test('behind does not make credentials seem to live longer than they do', async () => {
    const { aws, clock, open } = await startGame();
    const { lines, records } = await open({ ahead: -10 * minutes });
    await lines('payments/db');
    records.splice(0);
    await clock.advance(56 * minutes);
    expect(await lines('payments/db')).toEqual([dbLine]);
    expect(records).toEqual(['login ok', 'read ok']);
    expect(aws.requests.count({ operation: 'AssumeRoleWithWebIdentity' })).toBe(2);
  });

  test('is put right for further roles too', async () => {
    const { open } = await startGame();
    const roles = [{ arn: roleArn('entry') }, { arn: roleArn('middle') }];
    const { lines, records } = await open({ ahead: 20 * minutes, auth: { roles } });
    await lines('payments/db');
    expect(records).toEqual(['login ok', 'assume_role unauthenticated', 'assume_role ok', 'read denied']);
  });

  test('that is right does not make a bad signature good', async () => {
    const { aws, open } = await startGame();
    const fault = { kind: 'status' as const, status: 400, code: 'InvalidSignatureException' };
    aws.faults.add({ ...fault, operation: 'GetSecretValue' });
    const { lines, records } = await open();
    expect(await lines('payments/db')).toEqual([
      `unauthenticated: AWS does not accept a signature of role "${roleArn('app')}" (HTTP 400)`,
    ]);
    expect(records).toEqual(['login ok', 'read unauthenticated']);
  });
});
