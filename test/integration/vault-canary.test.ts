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

  test('by credentials, their leases, certificates and keys', async () => {
    const { vault, clock, open } = await startGame();
    const opened = await open();
    const { provider, logs, records } = opened;
    const { signal } = new AbortController();
    const keys = [
      'database/creds/readonly',
      '/pki/issue/web?parameter.common_name=api.payments.svc',
      '/pki/issue/leased?parameter.common_name=x',
      '/pki/issue/web?parameter.common_name=api.other.svc',
      '/database/creds/gone',
    ];
    const outcomes = await opened.read(...keys);
    const documents = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
    expect(documents).toHaveLength(3);
    const leases = documents.flatMap(({ lease }) => (lease === undefined ? [] : [lease]));
    const renewals = await provider.renew!(leases, signal);
    await clock.advance(10 * 60_000);
    await provider.keepAlive!(signal);
    vault.revokeAllTokens();
    const more = await provider.renew!(leases, signal);
    await provider.revoke!(signal);
    const shown = inspect([outcomes, renewals, more, logs, records, provider], {
      depth: 20,
      showHidden: true,
    });
    for (const { bytes } of documents) {
      const fields = Object.values(JSON.parse(bytes.reveal().toString()) as object).filter(
        (value) => typeof value === 'string' && value.length > 8,
      );
      expect(fields.length).toBeGreaterThan(1);
      expect(fields.filter((value) => shown.includes(String(value)))).toEqual([]);
    }
    // Not secret, but nobody's business: it names what could be revoked.
    const printed = inspect([logs, records], { depth: 20, showHidden: true });
    for (const { id } of leases.filter((lease) => lease.id !== '')) expect(printed).not.toContain(id);
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
    for (const path of ['auth/*', 'sys/*', 'kv/*', 'database/*', 'pki/*']) {
      vault.faults.clear();
      vault.faults.add({ ...fault, path });
      const opened = await open();
      const { provider, logs, records } = opened;
      const { signal } = new AbortController();
      const outcomes = await opened.read(
        'payments/db',
        'payments/api',
        '/database/creds/readonly',
        '/pki/issue/web?parameter.common_name=api.payments.svc',
      );
      const lease = { id: 'x', durationSeconds: 60, renewable: true, expiresAt: 0 };
      const renewals = await provider.renew!([lease], signal);
      const ends = [await provider.keepAlive!(signal), await provider.revoke!(signal)];
      expect(leaks(outcomes, renewals, ends, logs, records)).toEqual([]);
    }
  });
});
