import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ManualClock } from '../support/manual-clock.ts';
import { StatusCluster, vault } from '../support/status-cluster.ts';
import { untilAdvancing } from '../support/until.ts';

const minute = 60_000;
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
const pass = async (milliseconds: number, step: number): Promise<void> => {
  const end = clock.monotonic() + milliseconds;
  await untilAdvancing(clock, () => clock.monotonic() >= end, { step });
};

describe('when statuses cannot be written', () => {
  test('for want of the right: that is said once, tried ever more seldom, and over when it is granted', async () => {
    for (const name of ['a', 'b', 'c']) cluster.store(name, vault);
    cluster.api.fault = ({ method, path }) =>
      method === 'PATCH' && path.endsWith('/status') ? { kind: 'status', code: 403 } : undefined;
    cluster.start();
    await pass(5 * minute, 1000);
    expect(cluster.writes().length).toBeLessThan(25);
    expect(warnings()).toEqual([
      'cannot write the status of objects: grant patch on the status of Keyferry’s resources',
    ]);
    cluster.api.fault = () => undefined;
    await untilAdvancing(clock, () => ['a', 'b', 'c'].every((name) => has('secretstores', name)()), {
      step: 500,
    });
  });

  test('for want of a path for it: that is said once, and costs one request', async () => {
    const name = 'secretstores.keyferry.dev';
    const definition = cluster.api.get('customresourcedefinitions.apiextensions.k8s.io', name)!;
    const spec = definition['spec'] as { versions: object[] };
    const versions = spec.versions.map((version) => ({ ...version, subresources: {} }));
    cluster.api.apply({ ...definition, spec: { ...spec, versions } });
    cluster.store('vault', vault);
    cluster.start();
    await untilAdvancing(clock, () => cluster.writes().length === 1);
    await pass(3 * minute, 1000);
    expect(cluster.writes().map(({ status }) => status)).toEqual([404]);
    expect(warnings()).toEqual([
      'the status of an object cannot be written (older CustomResourceDefinitions have none)',
    ]);
  });

  test('because the API server is away: it goes on when that is back', async () => {
    cluster.store('a', vault);
    cluster.start();
    await untilAdvancing(clock, has('secretstores', 'a'));
    cluster.api.fault = () => ({ kind: 'drop' });
    await pass(minute, 500);
    cluster.api.fault = () => undefined;
    cluster.store('b', vault);
    await untilAdvancing(clock, has('secretstores', 'b'), { step: 500 });
  });
});
