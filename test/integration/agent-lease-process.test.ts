import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { removeFolders } from '../support/agent/folders.ts';
import { AgentProcess, killAgents, terminationMessageIn } from '../support/agent/process.ts';
import { startVaultPod, type VaultPod, type VaultPodOptions } from '../support/agent/vault-pod.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import { until } from '../support/until.ts';

const pods: VaultPod[] = [];
afterEach(async () => {
  killAgents();
  await Promise.all(pods.splice(0).map(({ vault }) => vault.close()));
  removeFolders();
});

interface World extends VaultPod {
  readonly start: (mode?: string) => AgentProcess;
  readonly user: () => string | undefined;
  readonly stateHasLease: () => boolean;
}

const startWorld = async (options: VaultPodOptions = {}): Promise<World> => {
  const pod = await startVaultPod(options);
  pods.push(pod);
  const { root, plan } = pod;
  const state = join(root, 'keyferry/state/state.json');
  return {
    ...pod,
    start: (mode = 'run') => new AgentProcess(mode, { root, plan }),
    user: () => visibleFiles(join(root, 'keyferry/secrets'))['user'],
    stateHasLease: () => existsSync(state) && readFileSync(state, 'utf8').includes('"lease":'),
  };
};

describe('starts of the agent that come to nothing', () => {
  test('killed or failing, again and again, make one database user', async () => {
    const { vault, root, made, bringUp, start, user, stateHasLease } = await startWorld({
      startTimeoutSeconds: 3,
    });
    for (let round = 0; round < 6; round += 1) {
      const agent = start();
      if (round % 3 === 2) {
        expect(await agent.exit()).toBe(1);
        expect(terminationMessageIn(root)).toMatch(/^Keyferry has no secrets after 3 s\nkey \(key "key" of /);
      } else {
        await agent.logged(round % 3 === 0 ? 'nothing stands at the path' : 'started');
        await until(stateHasLease, 'the lease in the state file');
        expect(await agent.kill('SIGKILL')).toBe('SIGKILL');
      }
    }
    expect([made(), vault.liveLeases().length, vault.liveTokens()]).toEqual([1, 1, 1]);

    const stopped = start();
    await stopped.logged('nothing stands at the path');
    expect(await stopped.kill('SIGTERM')).toBe(1);
    expect(vault.liveLeases()).toHaveLength(1);

    bringUp();
    const agent = start();
    await agent.logged('ready');
    expect(user()).toMatch(/^v-/);
    expect(made()).toBe(1);
    expect(await agent.kill('SIGTERM')).toBe(0);
    expect([vault.liveLeases().length, vault.liveTokens()]).toEqual([0, 0]);
    expect(stateHasLease()).toBe(false);
  }, 90_000);
});

describe('one lease', () => {
  test('goes from keyferry-init to keyferry-refresh, over a SIGKILL there', async () => {
    const { vault, made, bringUp, start, user } = await startWorld({ startTimeoutSeconds: 20 });
    bringUp();
    expect(await start('init').exit()).toBe(0);
    const first = user();
    const refresh = start('refresh');
    await refresh.logged('ready');
    await refresh.kill('SIGKILL');
    const again = start('refresh');
    await again.logged('ready');
    expect([made(), vault.liveLeases().length, user() === first]).toEqual([1, 1, true]);
  });
});

describe('an agent that is stopped past the end of its lease', () => {
  test('makes a new one as soon as it goes on', async () => {
    const { vault, made, bringUp, start, user } = await startWorld({
      database: { default_ttl: '2s' },
      startTimeoutSeconds: 20,
    });
    bringUp();
    const agent = start();
    await agent.logged('ready');
    const first = user();
    agent.signal('SIGSTOP');
    await until(() => vault.liveLeases().length === 0, 'the end of the lease');
    expect(user()).toBe(first);
    agent.signal('SIGCONT');
    await until(() => user() !== first, 'another user');
    expect(made()).toBe(2);
    expect(vault.liveLeases()).toHaveLength(1);
  });
});
