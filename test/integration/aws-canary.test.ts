import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../emulators/aws/faults/fault.ts';
import { canary, startGame } from './aws-harness.ts';
import { leaks } from './vault-harness.ts';

interface Saved {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

describe('no value, credential, token or answer is printed', () => {
  test('by what a read gives, logs and records', async () => {
    const { aws, clock, podToken, open } = await startGame();
    const token = await podToken('sts.amazonaws.com', 24 * 3600);
    const opened = await open({ readToken: () => Promise.resolve(token) });
    const keys = [
      'payments/db',
      'payments/api',
      'payments/none',
      'other/db',
      'payments/db?stage=AWSPREVIOUS',
    ];
    const outcomes = [...(await opened.read(...keys))];
    await clock.advance(57 * 60_000);
    await aws.refuseConnections('sts');
    outcomes.push(...(await opened.read(...keys)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(4);
    const { provider, logs, records, session } = opened;
    expect(leaks(outcomes, logs, records, provider)).toEqual([]);
    const { accessKeyId, secretAccessKey, sessionToken } = JSON.parse(session.text ?? '') as Saved;
    const printed = inspect([outcomes, logs, records, provider], { depth: 20, showHidden: true });
    for (const secret of [accessKeyId, secretAccessKey, sessionToken, token])
      expect(printed).not.toContain(secret);
    expect(printed).toContain('[redacted]');
  });

  test.each<Fault>([
    { kind: 'status', status: 400, code: canary, message: canary },
    { kind: 'status', status: 403, code: 'AccessDeniedException', message: canary },
    { kind: 'status', status: 400, code: 'ExpiredTokenException', message: canary },
    { kind: 'status', status: 400, code: 'InvalidSignatureException', message: canary },
    { kind: 'status', status: 429, message: canary },
    { kind: 'status', status: 500, message: canary },
    { kind: 'error-body', message: canary },
    { kind: 'truncated-json' },
    { kind: 'html' },
    { kind: 'reset-mid-body' },
    { kind: 'redirect', location: `https://elsewhere.test/${encodeURIComponent(canary)}` },
  ])('by what %j leads to', async (fault) => {
    const { aws, open, podIdentity } = await startGame();
    for (const service of ['sts', 'secretsmanager', 'pod-identity'] as const) {
      aws.faults.clear();
      aws.faults.add({ ...fault, service });
      const opened = await open(
        service === 'pod-identity' ? { podIdentity: podIdentity(), auth: { podIdentity: true } } : {},
      );
      const outcomes = await opened.read('payments/db', 'payments/api', 'payments/db?stage=AWSCURRENT');
      expect(outcomes.map(({ ok }) => ok)).toEqual([false, false, false]);
      expect(leaks(outcomes, opened.logs, opened.records)).toEqual([]);
    }
  });
});
