import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../support/manual-clock.ts';
import { StatusCluster, vault } from '../support/status-cluster.ts';
import { untilAdvancing } from '../support/until.ts';
import { esoDefinition } from '../support/eso/definition.ts';

const minute = 60_000;
const valid = ['True', 'Valid', 'nothing is wrong, as far as can be told without fetching'];

let cluster: StatusCluster;
let clock: ManualClock;

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 0, 1, 12));
  cluster = await StatusCluster.open(clock);
});
afterEach(async () => {
  await cluster.close();
});

const warnings = (): string[] =>
  cluster.lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ text }) => text);
const has = (plural: string, name: string) => (): boolean => cluster.status(plural, name) !== undefined;
const pass = async (milliseconds: number, step = 200): Promise<void> => {
  const end = clock.monotonic() + milliseconds;
  await untilAdvancing(clock, () => clock.monotonic() >= end, { step });
};

describe('what a status says', () => {
  test('of a store that is right', async () => {
    cluster.store('vault', vault);
    cluster.start();
    await untilAdvancing(clock, has('secretstores', 'vault'));
    expect(cluster.status('secretstores', 'vault')).toEqual({
      observedGeneration: 1,
      lastChecked: expect.stringMatching(/^2026-01-01T12:00:0\dZ$/u),
      conditions: [
        {
          type: 'Valid',
          status: 'True',
          reason: 'Valid',
          message: valid[2],
          lastTransitionTime: expect.stringMatching(/^2026-01-01T12:00:0\dZ$/u),
        },
      ],
    });
    expect(cluster.writes()).toEqual([
      { path: '/apis/keyferry.dev/v1beta1/namespaces/payments/secretstores/vault/status', status: 200 },
    ]);
    expect(warnings()).toEqual([]);
  });

  test('of one that is wrong: everything', async () => {
    cluster.store('vault', { vault: { auth: { kubernetes: {} }, pathh: 'kv' } });
    cluster.start();
    await untilAdvancing(clock, has('secretstores', 'vault'));
    const [status, reason, message] = cluster.verdict('secretstores', 'vault')!;
    expect([status, reason]).toEqual(['False', 'Invalid']);
    expect(message).toContain('spec.provider.vault.server is missing');
    expect(message).toContain('spec.provider.vault.pathh is not a known field; did you mean path?');
  });

  test('of one whose server the install does not allow', async () => {
    cluster.store('vault', vault);
    cluster.start({ allowedServers: ['https://other.example'] });
    await untilAdvancing(clock, has('secretstores', 'vault'));
    expect(cluster.verdict('secretstores', 'vault')?.slice(0, 2)).toEqual(['False', 'Invalid']);
    expect(cluster.verdict('secretstores', 'vault')?.[2]).toContain('https://other.example');
  });

  test('of a ClusterSecretStore', async () => {
    cluster.api.apply({
      apiVersion: 'keyferry.dev/v1beta1',
      kind: 'ClusterSecretStore',
      metadata: { name: 'shared' },
      spec: { provider: vault },
    });
    cluster.start();
    await untilAdvancing(clock, has('clustersecretstores', 'shared'));
    expect(cluster.verdict('clustersecretstores', 'shared')).toEqual(valid);
  });

  test('of an ExternalSecret: that its store is missing, until it is there, and that it is gone', async () => {
    cluster.externalSecret('database', 'vault');
    cluster.start();
    await untilAdvancing(clock, has('externalsecrets', 'database'));
    expect(cluster.verdict('externalsecrets', 'database')).toEqual([
      'False',
      'Unusable',
      'there is no SecretStore "vault" in namespace "payments"',
    ]);
    const { lastTransitionTime } = cluster.status('externalsecrets', 'database')!.conditions[0];
    await pass(5000);
    cluster.store('vault', vault);
    const applied = clock.monotonic();
    await untilAdvancing(clock, () => cluster.verdict('externalsecrets', 'database')?.[1] === 'Valid');
    expect(clock.monotonic() - applied).toBeLessThan(6000);
    expect(cluster.status('externalsecrets', 'database')!.conditions[0].lastTransitionTime).not.toBe(
      lastTransitionTime,
    );
    cluster.api.delete('secretstores.keyferry.dev', 'vault', 'payments');
    await untilAdvancing(clock, () => cluster.verdict('externalsecrets', 'database')?.[1] === 'Unusable');
  });

  test('of an ExternalSecret whose store is refused', async () => {
    cluster.store('vault', { vault: { path: 'kv', auth: { kubernetes: {} } } });
    cluster.externalSecret('database', 'vault');
    cluster.start();
    await untilAdvancing(clock, has('externalsecrets', 'database'));
    expect(cluster.verdict('externalsecrets', 'database')?.slice(0, 2)).toEqual(['False', 'Unusable']);
    expect(cluster.verdict('externalsecrets', 'database')?.[2]).toContain(
      'SecretStore payments/vault: spec.provider.vault.server is missing',
    );
  });
});

describe('when a status is written', () => {
  test('not again by itself, nor for a label; after an hour, with the same transition time', async () => {
    cluster.store('vault', vault);
    cluster.externalSecret('database', 'vault');
    cluster.start();
    await untilAdvancing(clock, () => cluster.writes().length === 2);
    const before = cluster.status('secretstores', 'vault')!;
    cluster.store('vault', vault, { labels: { team: 'payments' } });
    await pass(3 * minute, 1000);
    expect(cluster.writes()).toHaveLength(2);
    await clock.jump(75 * minute);
    await untilAdvancing(clock, () => cluster.writes().length === 4);
    await pass(2 * minute, 1000);
    expect(cluster.writes()).toHaveLength(4);
    const after = cluster.status('secretstores', 'vault')!;
    expect(Date.parse(after.lastChecked) - Date.parse(before.lastChecked)).toBeGreaterThan(47 * minute);
    expect(after.conditions).toEqual(before.conditions);
  });

  test('soon after somebody changed the spec', async () => {
    cluster.store('vault', vault);
    cluster.start();
    await untilAdvancing(clock, has('secretstores', 'vault'));
    const since = clock.monotonic();
    cluster.store('vault', { vault: {} });
    await untilAdvancing(clock, () => cluster.status('secretstores', 'vault')?.observedGeneration === 2);
    expect(clock.monotonic() - since).toBeLessThan(2000);
    expect(cluster.verdict('secretstores', 'vault')?.[1]).toBe('Invalid');
  });

  test('200 at once are spread, and what somebody changes meanwhile goes first', async () => {
    for (let index = 0; index < 200; index += 1) cluster.store(`store-${index}`, vault);
    cluster.start();
    await untilAdvancing(clock, () => cluster.writes().length > 0, { step: 10 });
    const since = clock.monotonic();
    await untilAdvancing(clock, () => clock.monotonic() >= since + 1000, { step: 10 });
    expect(cluster.writes().length).toBeLessThanOrEqual(22);
    cluster.store('urgent', vault);
    const written = cluster.writes().length;
    await untilAdvancing(clock, has('secretstores', 'urgent'), { step: 10 });
    expect(cluster.writes().length - written).toBeLessThan(10);
    await untilAdvancing(clock, () => cluster.writes().length === 201, { step: 50 });
    expect(clock.monotonic() - since).toBeGreaterThan(9000);
    await pass(minute, 500);
    expect(cluster.writes()).toHaveLength(201);
  });

  test('of nothing that somebody changed in between: it is judged anew', async () => {
    cluster.store('vault', vault);
    let disturbed = false;
    cluster.api.fault = ({ method, path }) => {
      if (method !== 'PATCH' || !path.endsWith('/status') || disturbed) return undefined;
      disturbed = true;
      cluster.store('vault', { vault: {} });
      return undefined;
    };
    cluster.start();
    await untilAdvancing(clock, has('secretstores', 'vault'));
    expect(cluster.writes().map(({ status }) => status)).toEqual([409, 200]);
    expect(cluster.status('secretstores', 'vault')?.observedGeneration).toBe(2);
    expect(cluster.verdict('secretstores', 'vault')?.[1]).toBe('Invalid');
    expect(warnings()).toEqual([]);
  });

  test('by one replica alone; the one that takes over writes nothing that is there', async () => {
    for (const name of ['a', 'b', 'c']) cluster.store(name, vault);
    const first = cluster.start();
    await untilAdvancing(clock, () => cluster.writes().length === 3);
    const second = cluster.start();
    await pass(30_000);
    expect([first.held, second.held]).toEqual([true, false]);
    await first.stop();
    await untilAdvancing(clock, () => second.held);
    await pass(2 * minute, 500);
    expect(cluster.writes()).toHaveLength(3);
    cluster.store('d', vault);
    await untilAdvancing(clock, has('secretstores', 'd'));
  });

  test('never of what is External Secrets Operator’s', async () => {
    cluster.api.apply(
      ...['SecretStore', 'ExternalSecret'].map((kind) => esoDefinition(kind, { version: 'v1' })),
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'SecretStore',
        metadata: { name: 'theirs', namespace: 'payments' },
        spec: { provider: {} },
      },
    );
    cluster.store('ours', vault);
    cluster.start({ externalSecretsOperatorRead: true });
    await untilAdvancing(clock, has('secretstores', 'ours'));
    await pass(2 * minute, 500);
    expect(cluster.writes().map(({ path }) => path)).toEqual([
      '/apis/keyferry.dev/v1beta1/namespaces/payments/secretstores/ours/status',
    ]);
  });
});
