import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../emulators/vault/faults/fault.ts';
import { canary, leaks, startGame } from './vault-harness.ts';

test('the search finds a canary in each of its forms', () => {
  expect(leaks({ a: canary })).not.toEqual([]);
  expect(leaks(encodeURIComponent(canary))).not.toEqual([]);
  expect(leaks(Buffer.from(canary).toString('base64'))).not.toEqual([]);
  expect(leaks(Buffer.from(canary).toString('hex'))).not.toEqual([]);
  expect(leaks(new Error(`x ${canary}`))).not.toEqual([]);
  expect(leaks('nothing', { of: 'interest' })).toEqual([]);
});

describe('no value, token or answer is printed', () => {
  test('by what a read gives, logs and records', async () => {
    const { vault, clock, podToken, open } = await startGame();
    const token = await podToken();
    const opened = await open({ readToken: () => Promise.resolve(token) });
    const keys = [
      'payments/db',
      'payments/db?version=1',
      '/old/payments/db',
      'other/db',
      'payments/none',
      'database/x',
    ];
    const outcomes = [...(await opened.read(...keys))];
    await clock.advance(5 * 60_000);
    vault.revokeAllTokens();
    outcomes.push(...(await opened.read(...keys)));
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(6);
    const { provider, logs, records, session } = opened;
    expect(leaks(outcomes, logs, records, provider)).toEqual([]);
    const vaultToken = (JSON.parse(session.text ?? '') as { token: string }).token;
    const printed = inspect([outcomes, logs, records, provider], { depth: 20, showHidden: true });
    expect(printed).not.toContain(vaultToken);
    expect(printed).not.toContain(token);
    expect(printed).toContain('[redacted]');
  });

  test.each<Fault>([
    { kind: 'status', status: 400, errors: [canary] },
    { kind: 'status', status: 403, errors: [canary] },
    { kind: 'status', status: 404, errors: [canary] },
    { kind: 'status', status: 418, errors: [canary] },
    { kind: 'status', status: 429, errors: [canary] },
    { kind: 'status', status: 500, errors: [canary] },
    { kind: 'error-body', errors: [canary] },
    { kind: 'truncated-json' },
    { kind: 'reset-mid-body' },
    { kind: 'redirect', location: `https://elsewhere.test/${encodeURIComponent(canary)}` },
  ])('by what %j leads to', async (fault) => {
    const { vault, open } = await startGame();
    for (const path of ['auth/*', 'sys/*', 'kv/*']) {
      vault.faults.clear();
      vault.faults.add({ ...fault, path });
      const opened = await open();
      const outcomes = await opened.read('payments/db', 'payments/api');
      expect(leaks(outcomes, opened.logs, opened.records)).toEqual([]);
    }
  });
});
