import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../lib/provider-error.ts';
import { hour, leasedPlan, leaseWorld, second, shownCredential } from '../support/agent/leases.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { minute, unavailable } from '../support/agent/three-stores.ts';
import { visibleFiles } from '../support/agent/volume.ts';

describe('a lease', () => {
  test('is renewed, not read again, and its renewals change no file', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const plan = planOf({
      ...leasedPlan,
      files: [...leasedPlan.files, fileAt('duration', { property: 'lease_duration' })],
    });
    const agent = await run({ plan });
    await clock.advance(24 * hour);
    expect(vault.count('read')).toBe(1);
    expect(vault.count('renew')).toBeGreaterThanOrEqual(36);
    expect(vault.count('renew')).toBeLessThanOrEqual(41);
    expect(vault.living).toHaveLength(1);
    expect(visibleFiles(agent.folder)).toEqual({ duration: '3600', key: 'k1', user: 'user-1' });
    expect(agent.agent.status()).toMatchObject({ generation: 1 });
  });

  test('keeps its login alive', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 7_200, keepAliveSeconds: 600 });
    await run();
    await clock.advance(hour);
    expect(vault.count('keepAlive')).toBe(7);
  });

  test('is replaced near its longest life, while the old one still works', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600, longestSeconds: 3 * 3_600 });
    const agent = await run();
    await clock.advance(2 * hour);
    expect(vault.count('read')).toBe(1);
    await clock.advance(hour);
    expect(vault.count('read')).toBe(2);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    const [first, next] = vault.credentials;
    expect(first!.expiresAt - next!.issuedAt).toBeGreaterThanOrEqual(hour / 6);
  });

  test('that cannot be renewed is replaced at two thirds of its life', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600, renewable: false });
    const agent = await run();
    expect(shownCredential(agent)?.nextRefreshSeconds).toBeLessThanOrEqual(2_400);
    await clock.advance((2 / 3) * hour);
    expect([vault.count('read'), vault.count('renew')]).toEqual([2, 0]);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
  });

  test('that was ended upstream is replaced as soon as a renewal says so', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    vault.end('creds/1');
    await clock.advance((2 / 3) * hour);
    expect(vault.calls.filter((call) => !call.startsWith('keepAlive'))).toEqual([
      'read',
      'renew creds/1',
      'read',
    ]);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    expect(shownCredential(agent)).toMatchObject({ stale: false, error: null });
  });

  test('whose login was ended is replaced as soon as that is seen', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600, keepAliveSeconds: 60 });
    const agent = await run();
    await clock.advance(30 * second);
    vault.endLogin('login-1');
    await clock.advance(minute);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    expect(vault.living.map(({ login }) => login)).toEqual(['login-2']);
  });

  test('moves with its login’s longest life: no credential is used after its login', async () => {
    const { clock, vault, run } = leaseWorld({
      durationSeconds: 7 * 3_600,
      loginSeconds: 4 * 3_600,
      keepAliveSeconds: 60,
    });
    const agent = await run();
    for (let passed = 0; passed < 24; passed += 1) {
      await clock.advance(hour + second);
      await clock.advance(2 * minute);
      const { user } = visibleFiles(agent.folder);
      expect(vault.living.map(({ id }) => `user-${id.split('/')[1] ?? ''}`)).toContain(user);
    }
    expect(vault.count('read')).toBeLessThanOrEqual(7);
  });

  test('is replaced by force-sync, once, and in spite of an outage', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    agent.agent.refreshNow();
    await clock.advance(0);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    vault.outage = unavailable;
    agent.agent.refreshNow();
    await clock.advance(minute);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    vault.outage = undefined;
    await clock.advance(2 * minute);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-3' });
    await clock.advance(hour);
    expect(vault.credentials).toHaveLength(3);
  });

  test('of no use is held, and another one is asked for on the interval only', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    vault.fields = { room: 'r1' };
    const files = [fileAt('room', { property: 'room' })];
    const agent = await run({
      plan: planOf({ ...leasedPlan, sources: leasedPlan.sources.slice(0, 1), files }),
    });
    vault.fields = {};
    agent.agent.refreshNow();
    await clock.advance(0.8 * hour);
    expect(vault.credentials).toHaveLength(2);
    expect(shownCredential(agent)).toMatchObject({ stale: true, error: { code: 'not_found' } });
    vault.fields = { room: 'r3' };
    await clock.advance(0.5 * hour);
    expect(vault.credentials).toHaveLength(3);
    expect(visibleFiles(agent.folder)).toEqual({ room: 'r3' });
  });

  test('is renewed also where a new one that was asked for is refused', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 600 });
    const agent = await run();
    vault.readError = unavailable;
    agent.agent.refreshNow();
    await clock.advance(2 * hour);
    expect(vault.living.map(({ id }) => id)).toEqual(['creds/1']);
    vault.readError = undefined;
    await clock.advance(10 * minute);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
  });
});

describe('a lease that cannot be renewed for a while', () => {
  test('is shown as stale, tried until its end, and works on where the store comes back in time', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    vault.outage = unavailable;
    await clock.advance((2 / 3) * hour + second);
    expect(shownCredential(agent)).toMatchObject({
      stale: true,
      error: { code: 'unavailable', message: 'the lease cannot be renewed: the store is down' },
    });
    await clock.advance(1_100 * second);
    const tries = vault.count('renew');
    expect(tries).toBeGreaterThan(8);
    vault.outage = undefined;
    await clock.advance(minute);
    expect(vault.living).toHaveLength(1);
    expect(vault.count('read')).toBe(1);
    expect(shownCredential(agent)).toMatchObject({ stale: false, error: null });
  });

  test('ends: the file stays, the status says that it works no more, and a new one comes when it can', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    vault.outage = unavailable;
    await clock.advance(2 * hour);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-1' });
    expect(shownCredential(agent)).toMatchObject({
      stale: true,
      lease: { expiresInSeconds: 0 },
      error: { code: 'unavailable', message: 'the lease has ended; the store is down' },
    });
    expect(agent.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        text: 'a lease has ended, and there is no new one: its credential works no more',
        fields: { store: 'vault', key: 'creds' },
      },
    ]);
    vault.outage = undefined;
    await clock.advance(minute);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    expect(shownCredential(agent)).toMatchObject({ stale: false, error: null });
  });

  test('is replaced where renewing is refused, and asked for again where that is refused too', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    vault.renewError = providerError('denied', 'the policy does not allow it');
    vault.readError = providerError('denied', 'no more');
    await clock.advance(1.5 * hour);
    expect(shownCredential(agent)?.error).toEqual({
      code: 'denied',
      message: 'the lease has ended; no more',
    });
    vault.readError = undefined;
    await clock.advance(minute);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
  });

  test('of an agent that was paused past its end is replaced at once', async () => {
    const { clock, vault, run } = leaseWorld({ durationSeconds: 1_800 });
    const agent = await run();
    await clock.jump(hour);
    await clock.advance(0);
    expect(visibleFiles(agent.folder)).toMatchObject({ user: 'user-2' });
    expect(vault.living).toHaveLength(1);
    expect(vault.count('renew')).toBe(0);
  });
});

describe('an hour without one store', () => {
  test('holds up neither the other store’s rotation nor renewals', async () => {
    const { clock, vault, plain, run } = leaseWorld({ durationSeconds: 600 });
    const agent = await run();
    plain.hanging.add('plain');
    await clock.advance(hour);
    expect(vault.living.map(({ id }) => id)).toEqual(['creds/1']);
    expect(shownCredential(agent)).toMatchObject({ stale: false });
    plain.hanging.clear();
    await clock.advance(2 * minute);

    vault.hangs = true;
    for (let version = 2; version <= 31; version += 1) {
      plain.answers.set('plain/key', `k${version}`);
      await clock.advance(2 * minute);
      expect(visibleFiles(agent.folder)).toEqual({ key: `k${version}`, user: 'user-1' });
    }
    vault.hangs = false;
    await clock.advance(2 * minute);
    expect(visibleFiles(agent.folder)).toEqual({ key: 'k31', user: 'user-2' });
  });
});

describe('/status and the metrics', () => {
  test('say what a lease has left and when it is renewed, and neither its name nor a value', async () => {
    const { clock, run } = leaseWorld({ durationSeconds: 3_600 });
    const agent = await run();
    await clock.advance(600 * second);
    const shown = shownCredential(agent)!;
    expect(shown).toMatchObject({
      ageSeconds: 600,
      nextRefreshSeconds: null,
      lease: { expiresInSeconds: 3_000, renewable: true },
    });
    expect(shown.lease!.nextRenewalSeconds).toBeGreaterThan(1_500);
    expect(shown.lease!.nextRenewalSeconds).toBeLessThanOrEqual(1_800);
    const text = JSON.stringify(agent.agent.status());
    expect([text.includes('creds/1'), text.includes('user-1')]).toEqual([false, false]);
  });

  test('count a renewal as a success of the store, also of a secret that is read once', async () => {
    const { clock, run } = leaseWorld({ durationSeconds: 3_600 });
    const plan = planOf({
      ...leasedPlan,
      sources: [sourceOf('creds', { intervalSeconds: 0 }), leasedPlan.sources[1]!],
    });
    const agent = await run({ plan });
    const start = clock.now();
    await clock.advance((2 / 3) * hour);
    const instruments = await agent.agent.metrics.load();
    const metrics = await instruments.render();
    const at = /last_success_timestamp_seconds\{store="vault"\} (\d+)/.exec(metrics)?.[1];
    expect(Number(at)).toBeGreaterThan(start / 1_000 + 2_000);
    expect(shownCredential(agent)?.ageSeconds).toBeLessThan(400);
  });
});
