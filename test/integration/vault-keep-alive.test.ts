import { describe, expect, test } from '@jest/globals';
import { minute, shown, signal, startLease } from './vault-lease-harness.ts';
import { boundRole } from './vault-harness.ts';

describe('the token that leases end with', () => {
  test('is kept alive: without that the credential would end long before its lease', async () => {
    const { lease, clock, keepAlive, living } = await startLease();
    for (let passed = 0; passed < 59; passed += 1) {
      expect(await keepAlive()).toBeLessThanOrEqual(minute);
      await clock.advance(minute);
    }
    expect(living()).toEqual([lease.id]);
    const alone = await startLease();
    await alone.clock.advance(15 * minute);
    expect(alone.living()).toEqual([]);
  });

  test('is replaced near its longest life, before the leases end; their login tells', async () => {
    const { lease, clock, keepAlive, living, provider } = await startLease({}, ({ vault }) =>
      vault.role('kubernetes', 'app', { ...boundRole, token_max_ttl: '20m' }),
    );
    while (provider.login === lease.login && clock.monotonic() < 30 * minute) {
      await clock.advance(await keepAlive());
    }
    expect(clock.monotonic()).toBeLessThan(20 * minute);
    expect(living()).toEqual([lease.id]);
    expect(provider.login).toMatch(/^[0-9a-f]{32}$/);
  });

  test('of a batch login is replaced at two thirds of its life', async () => {
    const { lease, clock, keepAlive, living, provider, issue } = await startLease({}, ({ vault }) =>
      vault.role('kubernetes', 'app', { ...boundRole, token_type: 'batch' }),
    );
    expect(lease).toMatchObject({ durationSeconds: 900, renewable: true });
    await clock.advance(10 * minute);
    await keepAlive();
    expect(provider.login).not.toBe(lease.login);
    expect(await issue()).toMatchObject({ durationSeconds: 900, login: provider.login });
    expect(living()).toHaveLength(2);
  });

  test('that Vault no longer knows is replaced as soon as it is to be renewed', async () => {
    const { lease, clock, keepAlive, vault, provider } = await startLease();
    vault.revokeAllTokens();
    await clock.advance(10 * minute);
    expect(await keepAlive()).toBe(minute);
    expect(provider.login).not.toBe(lease.login);
  });

  test('is not given up for a key that a policy denies', async () => {
    const { lease, clock, lines, provider, living, logins } = await startLease();
    await clock.advance(minute);
    expect(await lines('other/db')).toEqual([expect.stringMatching(/^denied/)]);
    expect(provider.login).toBe(lease.login);
    expect(living()).toEqual([lease.id]);
    expect(logins()).toBe(1);
  });

  test('is waited for while Vault is down, and there is a new one when it is back', async () => {
    const { lease, clock, keepAlive, vault, provider } = await startLease();
    await vault.refuseConnections();
    const waits: number[] = [];
    while (clock.monotonic() < 60 * minute) {
      const wait = await keepAlive();
      waits.push(wait);
      await clock.advance(wait);
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(waits.at(-1)).toBe(minute);
    expect(provider.login).toBeUndefined();
    await vault.acceptConnections();
    await keepAlive();
    expect(provider.login).toMatch(/^[0-9a-f]{32}$/);
    expect(provider.login).not.toBe(lease.login);
  });

  test('of a login for a number of requests keeps its last one, and bounds the lease', async () => {
    const { lease, lines, living, renew, records, revoke } = await startLease({}, ({ vault }) =>
      vault.role('kubernetes', 'app', { ...boundRole, token_num_uses: 4 }),
    );
    expect(lease).toEqual({
      id: living()[0],
      durationSeconds: 900,
      renewable: false,
      expiresAt: lease.expiresAt,
    });
    for (let round = 0; round < 6; round += 1) await lines('payments/db');
    expect(living()).toEqual([lease.id]);
    expect(await renew(lease)).toEqual([expect.objectContaining({ id: lease.id })]);
    expect(records.filter((record) => record === 'login ok').length).toBeGreaterThan(2);
    expect(await revoke()).toBe(true);
    expect(living()).toEqual([]);
  });
});

describe('another process of the pod', () => {
  test('goes on with the login and its leases', async () => {
    const session = {};
    const first = await startLease({ session });
    const second = await first.open({ session });
    expect(second.provider.login).toBe(first.lease.login);
    await second.provider.keepAlive!(signal);
    expect((await second.provider.renew!([first.lease], signal)).map(shown)).toEqual([first.lease]);
    expect(first.logins()).toBe(1);
  });

  test('starts anew where the login lapsed meanwhile', async () => {
    const session = {};
    const first = await startLease({ session });
    await first.clock.advance(16 * minute);
    const second = await first.open({ session });
    expect(second.provider.login).toBeUndefined();
    await second.provider.keepAlive!(signal);
    expect(second.provider.login).not.toBe(first.lease.login);
  });
});
