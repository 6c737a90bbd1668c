import { describe, expect, test } from '@jest/globals';
import { minute, startLease } from './vault-lease-harness.ts';

const ended =
  'not_found: Vault does not renew the lease: it has ended, was revoked, or is at its longest (HTTP 400)';

describe('renewing a lease', () => {
  test('asks for the life that it was given, and counts from when it was asked', async () => {
    const { lease, clock, renew, vault, records } = await startLease();
    await clock.advance(10 * minute);
    expect(await renew(lease)).toEqual([{ ...lease, expiresAt: clock.now() + 60 * minute }]);
    expect(vault.requests.count({ method: 'POST', path: 'sys/leases/renew', status: 200 })).toBe(1);
    expect(records.filter((record) => record.startsWith('renew_lease'))).toEqual(['renew_lease ok']);
  });

  test('near its longest life gives what Vault says', async () => {
    const { lease, clock, renew, keepAlive } = await startLease();
    for (let passed = 1; passed <= 90; passed += 1) {
      await clock.advance(minute);
      await keepAlive();
      if (passed === 45) await renew(lease);
    }
    expect(await renew(lease)).toEqual([
      { ...lease, durationSeconds: 1800, expiresAt: clock.now() + 30 * minute },
    ]);
  });

  test('gives each its own outcome', async () => {
    const { lease, renew, issue, vault } = await startLease();
    const other = await issue();
    await vault.request('update', 'sys/leases/revoke', { lease_id: other.id });
    expect(await renew(other, lease, { ...lease, id: 'database/creds/readonly/none' })).toEqual([
      ended,
      lease,
      ended,
    ]);
  });

  test('that its engine cannot do just now may do so later', async () => {
    const { lease, renew, vault } = await startLease();
    await vault.request('delete', 'database/roles/readonly');
    expect(await renew(lease)).toEqual([
      `unavailable: 127.0.0.1:${vault.port}: the engine of the lease could not renew it (HTTP 400)`,
    ]);
  });

  test('without a policy for it is refused for good, and costs no login', async () => {
    const { lease, renew, clock, logins } = await startLease({}, ({ vault }) =>
      vault.policy('default', 'path "auth/token/lookup-self" { capabilities = ["read"] }'),
    );
    await clock.advance(minute);
    expect(await renew(lease)).toEqual([
      'denied: Vault denied renewing the lease: a policy must allow "update" on "sys/leases/renew"',
    ]);
    expect(logins()).toBe(1);
  });

  test('whose token was revoked: one login decides, and the lease is gone', async () => {
    const { lease, renew, clock, vault, logins, provider } = await startLease();
    await clock.advance(minute);
    vault.revokeAllTokens();
    expect(await renew(lease, { ...lease, id: `${lease.id}x` })).toEqual([ended, ended]);
    expect(logins()).toBe(2);
    expect(provider.login).not.toBe(lease.login);
  });

  test.each([
    [{ kind: 'status', status: 503 } as const, /^unavailable: .* Vault is sealed or in standby/],
    [{ kind: 'status', status: 429 } as const, /^throttled: /],
    [{ kind: 'status', status: 404, errors: [] } as const, /^not_found: Vault has no renewal of leases/],
    [{ kind: 'status', status: 403, errors: ['x'] } as const, /^denied: /],
    [{ kind: 'truncated-json' } as const, /^unavailable: .* the answer is not Vault's/],
    [{ kind: 'reset' } as const, /^unavailable: .* closed the connection/],
  ])('that meets %j', async (fault, expected) => {
    const { lease, renew, vault, logins } = await startLease();
    vault.faults.add({ ...fault, path: 'sys/leases/*' });
    expect(await renew(lease)).toEqual([expect.stringMatching(expected)]);
    expect(logins()).toBe(1);
  });
});
