import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callsOfPlan, type StoreCalls } from '../../../cli/core/calls.ts';
import { monthSeconds, type Assumptions } from '../../../cli/core/rounds.ts';
import type { Plan, PlanSource } from '../../../lib/plan.ts';

const vault: Plan['stores'][number] = {
  name: 'vault',
  kind: 'SecretStore',
  provider: {
    type: 'vault',
    server: 'https://vault.example',
    allowHttp: false,
    path: 'kv',
    kvVersion: 'v2',
    auth: { method: 'jwt', mountPath: 'jwt', token: 'vault' },
  },
};

const aws = (roles: number): Plan['stores'][number] => ({
  name: 'aws',
  kind: 'SecretStore',
  provider: {
    type: 'aws',
    region: 'eu-central-1',
    allowHttp: false,
    prefix: '',
    auth: {
      token: 'sts.amazonaws.com',
      podIdentity: false,
      roles: Array.from({ length: roles }, (_, index) => ({ arn: `arn:${index}` })),
      sessionName: 'keyferry',
    },
  },
});

const source = (intervalSeconds: number, more: Partial<PlanSource> = {}): PlanSource => ({
  store: 0,
  key: 'k',
  intervalSeconds,
  ...more,
});

const times = (count: number, intervalSeconds: number, more: Partial<PlanSource> = {}): PlanSource[] =>
  Array.from({ length: count }, () => source(intervalSeconds, more));

const planOf = (
  store: Plan['stores'][number],
  sources: PlanSource[],
  lifecycle: Plan['lifecycle'],
): Plan => ({
  version: 1,
  lifecycle,
  namespace: 'payments',
  serviceAccount: 'api',
  stores: [store],
  sources,
  files: [],
  fileGroup: null,
  startTimeoutSeconds: 20,
  port: 0,
});

const count = (
  store: Plan['stores'][number],
  sources: PlanSource[],
  { lifecycle = 'native', ...lives }: Partial<Assumptions> & { lifecycle?: Plan['lifecycle'] } = {},
): StoreCalls => {
  const assumptions = { vaultTokenSeconds: 3600, vaultLeaseSeconds: 3600, ...lives };
  return callsOfPlan(planOf(store, sources, lifecycle), assumptions)[0]!;
};

const rows = ({ rounds }: StoreCalls) =>
  rounds.map(({ kind, everySeconds, timesPerMonth, callsPerRound: { expected, most } }) => [
    kind,
    everySeconds,
    timesPerMonth,
    expected,
    most,
  ]);

const both = (calls: number) => ({ expected: calls, most: calls });
const hour = 3600;

describe('Vault', () => {
  test('each secret is a call; a login that has lapsed by the next read is a new one', () => {
    const counted = count(vault, times(3, hour), { vaultTokenSeconds: 20 * 60 });
    expect(rows(counted)).toEqual([
      ['read', hour, 720, 3, 3],
      ['login', hour, 720, 1, 1],
      ['mount_table', hour, 720, 1, 1],
    ]);
    expect(counted).toMatchObject({ perMonth: both(3600), pricedPerMonth: both(3600), perStart: both(5) });
  });

  test('a login that lives is renewed by the first read after two thirds of its life', () => {
    expect(rows(count(vault, times(1, 15 * 60)))).toEqual([
      ['read', 900, 2880, 1, 1],
      ['login', 0, 1, 1, 1],
      ['mount_table', 0, 1, 1, 1],
      ['renewal', 2700, 959, 1, 1],
    ]);
  });

  test('secrets that are read once cost one login', () => {
    expect(count(vault, times(2, 0)).perMonth).toEqual(both(4));
  });

  test('secrets of different intervals are counted apart; one that is read once is among them', () => {
    const counted = count(vault, [...times(2, hour), source(0), source(60)]);
    expect(rows(counted).filter(([kind]) => kind === 'read')).toEqual([
      ['read', 0, 1, 1, 1],
      ['read', 60, 43_200, 1, 1],
      ['read', hour, 720, 2, 2],
    ]);
    expect(counted.perStart).toEqual(both(6));
  });

  test('a credential is made once and renewed at two thirds of its life, whatever the interval', () => {
    const parameters = [{ name: 'common_name', value: 'a' }];
    const counted = count(vault, [source(10, { parameters })], { vaultLeaseSeconds: 24 * hour });
    expect(rows(counted)).toEqual([
      ['lease', 57_600, 45, 1, 1],
      ['login', 0, 1, 1, 1],
      ['mount_table', 0, 1, 1, 1],
      ['renewal', 2400, 1079, 1, 1],
    ]);
    expect(counted.perStart).toEqual(both(3));
  });

  test.each([
    [0, 2],
    [1, 2],
    [5, 2],
    [hour, 2],
  ])('with lifecycle init, an interval of %d s makes one read and a login', (interval, others) => {
    expect(count(vault, [source(interval)], { lifecycle: 'init' }).perMonth).toEqual(both(1 + others));
  });
});

describe('AWS', () => {
  test('500 pods with 3 secrets an hour', () => {
    const { pricedPerMonth, perStart } = count(aws(1), times(3, hour));
    expect(pricedPerMonth).toEqual({ expected: 720, most: 3 * 720 + 720 });
    expect(perStart).toEqual({ expected: 2, most: 5 });
  });

  test.each([
    [1, 1, 1],
    [2, 1, 2],
    [20, 1, 20],
    [21, 2, 21],
    [41, 3, 41],
  ])('%d secrets are read in %d calls, or in %d', (secrets, batches, single) => {
    const [[, , , expected, most] = []] = rows(count(aws(1), times(secrets, hour)));
    expect([expected, most]).toEqual([batches, single]);
  });

  test('versions and stages are read one by one', () => {
    const sources = [
      ...times(2, hour),
      source(hour, { stage: 'AWSPREVIOUS' }),
      source(hour, { version: 'v' }),
    ];
    expect(rows(count(aws(1), sources))[0]).toEqual(['read', hour, 720, 3, 4]);
    expect(rows(count(aws(1), sources.slice(1)))[0]).toEqual(['read', hour, 720, 3, 3]);
  });

  test('a refused batch is tried again after an hour, not with each read', () => {
    const tries = rows(count(aws(1), times(2, 50 * 60))).find(([kind]) => kind === 'refused_batch');
    expect(tries).toEqual(['refused_batch', 100 * 60, 432, 0, 1]);
    expect(rows(count(aws(1), times(1, hour))).map(([kind]) => kind)).not.toContain('refused_batch');
  });

  test('each role of a chain is a call to STS, which the price does not cover', () => {
    const counted = count(aws(3), times(1, 600));
    expect(rows(counted)).toEqual([
      ['read', 600, 4320, 1, 1],
      ['login', 3600, 720, 3, 3],
    ]);
    expect(counted).toMatchObject({
      perMonth: both(4320 + 2160),
      pricedPerMonth: both(4320),
      perStart: both(4),
      pricedPerStart: both(1),
    });
    expect(count(aws(0), times(1, 600)).perMonth).toEqual(both(4320));
  });
});

test('files make no calls', () => {
  const file: Plan['stores'][number] = {
    name: 'file',
    kind: 'SecretStore',
    provider: { type: 'file', path: '/x', root: '/' },
  };
  expect(count(file, times(3, 10))).toMatchObject({ rounds: [], perMonth: both(0), perStart: both(0) });
});

/** What the agent does, step by step: the reads of a month and what each has to do about its token first. */
const simulate = (interval: number, life: number): number => {
  let calls = 0;
  let end = 0;
  let renewAt = 0;
  for (let now = 0; now < monthSeconds; now += interval) {
    if (now >= end - Math.min(5, life / 10)) calls += 2;
    else if (now >= renewAt) calls += 1;
    if (now >= Math.min(renewAt, end - Math.min(5, life / 10))) {
      end = now + life;
      renewAt = now + (life * 2) / 3;
    }
    calls += 1;
  }
  return calls;
};

describe('properties', () => {
  const seconds = fc.integer({ min: 60, max: 400_000 });

  test('the count is that of an agent that goes through the month read by read', () => {
    fc.assert(
      fc.property(seconds, fc.integer({ min: 60, max: 200_000 }), (interval, life) => {
        // Lives of whole thirds, so that both sides round alike.
        const vaultTokenSeconds = life * 3;
        expect(count(vault, [source(interval)], { vaultTokenSeconds }).perMonth.expected).toBe(
          simulate(interval, vaultTokenSeconds),
        );
      }),
      { numRuns: 60 },
    );
  });

  const anySource = fc
    .record({
      intervalSeconds: fc.oneof(fc.constant(0), seconds),
      stage: fc.option(fc.constant('AWSPREVIOUS'), { nil: undefined }),
    })
    .map(({ intervalSeconds, stage }) => source(intervalSeconds, stage === undefined ? {} : { stage }));
  const store = fc.oneof(fc.constant(vault), fc.integer({ min: 0, max: 3 }).map(aws));

  test('no less than expected, whole numbers, and one more secret never makes fewer calls', () => {
    fc.assert(
      fc.property(
        store,
        fc.array(anySource, { minLength: 1, maxLength: 50 }),
        anySource,
        (where, some, another) => {
          const [fewer, more] = [count(where, some), count(where, [...some, another])];
          for (const { expected, most } of [fewer.perMonth, fewer.perStart, fewer.pricedPerMonth]) {
            expect([expected, most].every(Number.isSafeInteger)).toBe(true);
            expect(most).toBeGreaterThanOrEqual(expected);
          }
          expect(fewer.perMonth.expected).toBeGreaterThanOrEqual(fewer.pricedPerMonth.expected);
          if (where !== vault)
            expect(more.pricedPerMonth.most).toBeGreaterThanOrEqual(fewer.pricedPerMonth.most);
        },
      ),
      { numRuns: 100 },
    );
  });
});
