import { describe, expect, test } from '@jest/globals';
import { minute, signal, startLease } from './vault-lease-harness.ts';
import { boundRole, startGame } from './vault-harness.ts';

describe('the end', () => {
  test('revokes the login and every lease of it, and leaves no session', async () => {
    const { revoke, living, issue, session, provider, records, open, logins } = await startLease();
    await issue();
    expect(living()).toHaveLength(2);
    expect(await revoke()).toBe(true);
    expect(living()).toEqual([]);
    expect(session.text).toBe('');
    expect(provider.login).toBeUndefined();
    expect(records.at(-1)).toBe('revoke ok');
    const next = await open({ session });
    expect(next.provider.login).toBeUndefined();
    expect(await next.lines('payments/db')).toHaveLength(1);
    expect(logins()).toBe(2);
  });

  test('revokes what an earlier login of this process still holds', async () => {
    const { lease, clock, keepAlive, issue, revoke, living, vault } = await startLease({}, (game) =>
      game.vault.role('kubernetes', 'app', { ...boundRole, token_max_ttl: '20m' }),
    );
    await clock.advance(10 * minute);
    await keepAlive();
    await clock.advance(7 * minute);
    await keepAlive();
    const next = await issue();
    expect(living().sort()).toEqual([lease.id, next.id].sort());
    expect(await revoke()).toBe(true);
    expect(living()).toEqual([]);
    expect(vault.requests.count({ path: 'auth/token/revoke-self', status: 204 })).toBe(2);
  });

  test.each([
    ['of a batch login, which cannot be revoked', { token_type: 'batch' }],
    ['without the default policy', { token_no_default_policy: true }],
  ])('%s, says so and leaves no session', async (_name, over) => {
    const { revoke, living, session } = await startLease({}, ({ vault }) =>
      vault.role('kubernetes', 'app', { ...boundRole, ...over }),
    );
    expect(await revoke()).toBe(false);
    expect(living()).toHaveLength(1);
    expect(session.text).toBe('');
  });

  test('with a Vault that is down says so', async () => {
    const { revoke, vault } = await startLease();
    await vault.refuseConnections();
    expect(await revoke()).toBe(false);
  });

  test('with a Vault that hangs ends when it is told to', async () => {
    const { provider, vault } = await startLease();
    vault.faults.add({ kind: 'slow-headers', milliseconds: 60_000, path: 'auth/token/revoke-self' });
    const controller = new AbortController();
    const revoked = provider.revoke!(controller.signal);
    controller.abort();
    expect(await revoked).toBe(false);
  });

  test('of a store that never logged in asks nothing', async () => {
    const { vault, open } = await startGame();
    const { provider } = await open();
    expect(await provider.revoke!(signal)).toBe(false);
    expect(vault.requests.count()).toBe(0);
  });
});
