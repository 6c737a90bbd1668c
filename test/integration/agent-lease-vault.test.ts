import { X509Certificate } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';

import type { Mode } from '../../agent/core/modes.ts';
import type { Plan } from '../../lib/plan.ts';
import { fileAt, planOf, sourceOf } from '../support/agent/plans.ts';
import { realStores, type RunningAgent } from '../support/agent/in-process.ts';
import { runUntilTestEnds } from '../support/agent/three-stores.ts';
import { startVaultPod, type VaultPod, type VaultPodOptions } from '../support/agent/vault-pod.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until, untilAdvancing } from '../support/until.ts';

const second = 1_000;
const minute = 60 * second;

const pods: VaultPod[] = [];
afterEach(async () => {
  await Promise.all(pods.splice(0).map(({ vault }) => vault.close()));
});

interface World extends VaultPod {
  readonly clock: ManualClock;
  readonly run: (mode?: Mode, plan?: Plan) => Promise<RunningAgent>;
  /** Lets so much time pass in steps that leave sockets time to answer. */
  readonly pass: (milliseconds: number, step?: number) => Promise<void>;
}

const startWorld = async (options: Omit<VaultPodOptions, 'clock'> = {}): Promise<World> => {
  const clock = new ManualClock();
  const pod = await startVaultPod({ clock, ...options });
  pods.push(pod);
  const { root } = pod;
  return {
    ...pod,
    clock,
    run: (mode = 'run', plan = pod.plan) =>
      runUntilTestEnds({ plan, root, mode, clock, stores: realStores(plan) }),
    pass: async (milliseconds, step = second) => {
      const end = clock.monotonic() + milliseconds;
      await untilAdvancing(clock, () => clock.monotonic() >= end, { step });
    },
  };
};

const userIn = ({ folder }: RunningAgent): string | undefined => visibleFiles(folder)['user'];

describe('a database credential', () => {
  test('is one for a hundred starts of the agent that fail', async () => {
    const { vault, made, bringUp, run, clock } = await startWorld({ database: { default_ttl: '10m' } });
    for (let start = 0; start < 100; start += 1) {
      const agent = await run();
      await until(() => made() === 1, 'the credential');
      await untilAdvancing(clock, () => agent.ended() !== undefined, { step: 200 });
      expect(agent.ended()).toMatchObject({ exitCode: 1, headline: 'Keyferry has no secrets after 1 s' });
      await agent.stop();
      await clock.advance(10 * second);
    }
    expect(made()).toBe(1);
    expect(vault.liveLeases()).toHaveLength(1);
    expect(vault.requests.count({ path: 'auth/kubernetes/login' })).toBe(1);
    bringUp();
    const agent = await run();
    await agent.agent.rotation.ready;
    expect(userIn(agent)).toMatch(/^v-/);
    expect(made()).toBe(1);
  });

  test('is handed from init to refresh, renewed there, and revoked with its token at the end', async () => {
    const { vault, made, bringUp, run, pass } = await startWorld({ database: { default_ttl: '5m' } });
    bringUp();
    const init = await run('init');
    expect(await init.ending).toEqual({ exitCode: 0 });
    await init.stop();
    expect(vault.liveLeases()).toHaveLength(1);
    const user = userIn(init);
    const refresh = await run('refresh');
    await pass(15 * minute);
    expect(userIn(refresh)).toBe(user);
    expect([made(), vault.liveLeases().length]).toEqual([1, 1]);
    expect(vault.requests.count({ path: 'sys/leases/renew', status: 200 })).toBeGreaterThanOrEqual(4);
    expect(await refresh.stop()).toEqual({ exitCode: 0 });
    expect([vault.liveLeases().length, vault.liveTokens()]).toEqual([0, 0]);
  });

  test('that was revoked upstream is replaced', async () => {
    const { vault, made, bringUp, run, clock } = await startWorld({ database: { default_ttl: '5m' } });
    bringUp();
    const agent = await run();
    await agent.agent.rotation.ready;
    const first = userIn(agent);
    const [lease] = vault.liveLeases();
    await vault.request('update', 'sys/leases/revoke', { lease_id: lease!.id });
    await untilAdvancing(clock, () => userIn(agent) !== first, { step: second });
    expect([made(), vault.liveLeases().length]).toEqual([2, 1]);
  });

  test('is replaced near its longest life before it ends', async () => {
    const { made, vault, bringUp, run, clock } = await startWorld({
      database: { default_ttl: '5m', max_ttl: '12m' },
    });
    bringUp();
    const agent = await run();
    await agent.agent.rotation.ready;
    const first = userIn(agent);
    await untilAdvancing(clock, () => userIn(agent) !== first, { step: second });
    expect(clock.monotonic()).toBeGreaterThan(9 * minute);
    expect(clock.monotonic()).toBeLessThan(11.2 * minute);
    expect([made(), vault.liveLeases().length]).toEqual([2, 2]);
  });

  test('is replaced before the longest life of its token ends', async () => {
    const { vault, bringUp, run, clock } = await startWorld({
      database: { default_ttl: '1h' },
      login: { token_ttl: '5m', token_max_ttl: '12m' },
    });
    bringUp();
    const agent = await run();
    await agent.agent.rotation.ready;
    const first = userIn(agent);
    let gaps = 0;
    await untilAdvancing(
      clock,
      () => {
        if (vault.liveLeases().length === 0) gaps += 1;
        return userIn(agent) !== first;
      },
      { step: second },
    );
    expect(gaps).toBe(0);
    expect(clock.monotonic()).toBeLessThan(12 * minute);
  });

  test('whose token was revoked is replaced within a minute or so', async () => {
    const { vault, made, bringUp, run, clock } = await startWorld({ login: { token_ttl: '90s' } });
    bringUp();
    const agent = await run();
    await agent.agent.rotation.ready;
    const first = userIn(agent);
    vault.revokeAllTokens();
    await untilAdvancing(clock, () => userIn(agent) !== first, { step: second });
    expect(clock.monotonic()).toBeLessThan(2 * minute);
    expect([made(), vault.liveLeases().length]).toEqual([2, 1]);
  });

  test('ends with an hour’s outage of Vault, and the other store’s rotation does not wait', async () => {
    const {
      vault,
      plan: ofPod,
      made,
      bringUp,
      run,
      clock,
      pass,
    } = await startWorld({
      database: { default_ttl: '10m' },
    });
    bringUp();
    const plan = planOf({
      stores: ofPod.stores,
      sources: [sourceOf('database/creds/app'), sourceOf('key', { store: 1, intervalSeconds: 60 })],
      files: [fileAt('user', { property: 'username' }), fileAt('key', { source: 1 })],
    });
    const agent = await run('run', plan);
    await agent.agent.rotation.ready;
    const first = userIn(agent);
    await vault.refuseConnections();
    for (let round = 2; round <= 13; round += 1) {
      bringUp(`k${round}`);
      await pass(5 * minute, 5 * second);
      expect(visibleFiles(agent.folder)).toEqual({ key: `k${round}`, user: first });
    }
    await vault.acceptConnections();
    await untilAdvancing(clock, () => userIn(agent) !== first, { step: second });
    expect(made()).toBe(2);
  });

  test('is made once more where the state file was lost', async () => {
    const { root, made, bringUp, run } = await startWorld();
    bringUp();
    const init = await run('init');
    await init.ending;
    await init.stop();
    rmSync(join(root, 'keyferry/state/state.json'));
    const first = userIn(init);
    const agent = await run('refresh');
    await until(() => userIn(agent) !== first, 'another credential');
    expect(made()).toBe(2);
  });
});

describe('a certificate', () => {
  const parameters = [
    { name: 'common_name', value: 'api.payments.svc' },
    { name: 'ttl', value: '10m' },
  ];

  test('its key and its chain are files of one generation, replaced before it ends', async () => {
    const { store, run, clock } = await startWorld();
    const plan = planOf({
      stores: [store],
      sources: [sourceOf('pki/issue/web', { parameters })],
      files: [
        fileAt('tls.crt', { property: 'certificate' }),
        fileAt('tls.key', { property: 'private_key' }),
        fileAt('ca.crt', { property: 'ca_chain' }),
      ],
    });
    const agent = await run('run', plan);
    await agent.agent.rotation.ready;
    const check = (): string => {
      const files = visibleFiles(agent.folder);
      const certificate = new X509Certificate(files['tls.crt'] ?? '');
      expect(certificate.verify(new X509Certificate(files['ca.crt'] ?? '').publicKey)).toBe(true);
      expect(files['ca.crt']).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
      expect(files['tls.key']).toContain('PRIVATE KEY');
      return certificate.serialNumber;
    };
    const first = check();
    await untilAdvancing(
      clock,
      () => new X509Certificate(visibleFiles(agent.folder)['tls.crt'] ?? '').serialNumber !== first,
      { step: second },
    );
    expect(clock.monotonic()).toBeLessThan(7 * minute);
    expect(check()).not.toBe(first);
  });
});
