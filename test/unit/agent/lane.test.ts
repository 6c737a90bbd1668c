import { afterEach, describe, expect, test } from '@jest/globals';
import { BoundedStore } from '../../../agent/bounded-store.ts';
import { Lane, type Pass } from '../../../agent/lane.ts';
import { providerError, type ProviderError } from '../../../lib/provider-error.ts';
import type { Provider } from '../../../providers/provider.ts';
import { sourceOf } from '../../support/agent/plans.ts';
import { ScriptedStores } from '../../support/agent/scripted-stores.ts';
import { fileStore } from '../../support/agent/plans.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

interface Options {
  readonly intervals?: readonly number[];
  readonly ages?: readonly number[];
  readonly open?: () => Promise<Provider>;
  readonly error?: () => ProviderError | undefined;
  readonly random?: () => number;
}

/** A lane over the store `one` with the keys k0, k1, ...; every answer counts as good unless `error` says otherwise. */
const makeLane = (
  stores: ScriptedStores,
  { intervals = [60], ages = [], open, error, random = () => 0.5 }: Options = {},
) => {
  const clock = new ManualClock();
  const stop = new AbortController();
  stops.push(stop);
  const passes: Pass[] = [];
  const thrown: unknown[] = [];
  const store = new BoundedStore({
    open: open ?? (() => stores.open(fileStore('one'), undefined as never)),
    clock,
    stop: stop.signal,
    onThrown: (what) => {
      thrown.push(what);
    },
  });
  const lane = new Lane({
    sources: intervals.map((intervalSeconds, index) => ({
      index: index + 10,
      source: sourceOf(`k${index}`, { intervalSeconds }),
      ageMs: ages[index],
    })),
    store,
    clock,
    random,
    spread: 1,
    stop: stop.signal,
    isStarting: () => false,
    onPass: (pass) => {
      passes.push(pass);
      return new Map(
        pass.reads.flatMap(({ index }) => {
          const why = error?.();
          return why === undefined ? [] : [[index, why] as const];
        }),
      );
    },
    leaseOf: () => undefined,
  });
  const ended = lane.run();
  return { lane, store, clock, passes, thrown, stop, ended };
};

const keysOf = (stores: ScriptedStores): string[] => stores.reads.map(({ keys }) => keys.join(' '));

describe('a lane', () => {
  test('reads everything at once, then each key on its interval', async () => {
    const stores = new ScriptedStores();
    const { clock, lane } = makeLane(stores, { intervals: [60, 150, 0] });
    await clock.advance(0);
    expect([10, 11, 12].map((index) => lane.next(index)?.inMs)).toEqual([60_000, 150_000, Infinity]);
    await clock.advance(300_000);
    expect(keysOf(stores)).toEqual(['k0 k1 k2', 'k0', 'k0', 'k1', 'k0', 'k0', 'k0 k1']);
  });

  test('goes on with what is not due yet', async () => {
    const stores = new ScriptedStores();
    const { clock } = makeLane(stores, { intervals: [60, 60], ages: [0, 45_000] });
    await clock.advance(14_000);
    expect(keysOf(stores)).toEqual([]);
    await clock.advance(1_000);
    expect(keysOf(stores)).toEqual(['k1']);
  });

  test('backs off from a failing store and recovers', async () => {
    const stores = new ScriptedStores();
    let error: ProviderError | undefined = providerError('unavailable', '');
    const { clock } = makeLane(stores, { error: () => error });
    await clock.advance(0);
    await clock.advance(16_000);
    // 0, then 0.5, 1, 2, 4 and 8 s later, each half of what full jitter allows.
    expect(stores.reads).toHaveLength(6);
    error = undefined;
    await clock.advance(16_000);
    expect(stores.reads).toHaveLength(7);
    await clock.advance(40_000);
    expect(stores.reads).toHaveLength(7);
    await clock.advance(20_000);
    expect(stores.reads).toHaveLength(8);
  });

  test('what failed together is tried again together', async () => {
    const stores = new ScriptedStores();
    let draws = 0;
    const random = (): number => ((draws += 1) * 0.37) % 1;
    const { clock } = makeLane(stores, {
      intervals: [60, 60, 60],
      error: () => providerError('timeout', ''),
      random,
    });
    await clock.advance(0);
    await clock.advance(10_000);
    expect(stores.reads.length).toBeGreaterThan(3);
    expect(new Set(keysOf(stores))).toEqual(new Set(['k0 k1 k2']));
  });

  test('reads all of it when it is told to, also what is read once', async () => {
    const stores = new ScriptedStores();
    const { clock, lane } = makeLane(stores, { intervals: [60, 0] });
    await clock.advance(5_000);
    lane.readNow();
    await clock.advance(0);
    expect(keysOf(stores)).toEqual(['k0 k1', 'k0 k1']);
    expect(lane.next(10)?.inMs).toBe(60_000);
  });

  test('told so during a pass reads once more after it', async () => {
    const stores = new ScriptedStores();
    const opened = Promise.withResolvers<Provider>();
    const { clock, lane } = makeLane(stores, { open: () => opened.promise });
    lane.readNow();
    opened.resolve(await stores.open(fileStore('one'), undefined as never));
    await clock.advance(0);
    expect(stores.reads).toHaveLength(2);
  });

  test('turns what a provider throws, or fails to answer, into failed reads', async () => {
    const stores = new ScriptedStores();
    const half: Provider = { read: () => Promise.resolve([]), close: () => undefined };
    const { clock, passes } = makeLane(stores, { open: () => Promise.resolve(half) });
    await clock.advance(0);
    expect(passes[0]?.reads).toMatchObject([{ index: 10, outcome: { error: { code: 'unavailable' } } }]);

    const broken = makeLane(stores, { open: () => Promise.reject(new Error('hunter2')) });
    await broken.clock.advance(0);
    expect(broken.passes[0]?.reads).toMatchObject([{ outcome: { error: { code: 'unavailable' } } }]);
    expect(JSON.stringify(broken.passes)).not.toContain('hunter2');
    expect(broken.thrown).toHaveLength(1);
  });

  test('gives a provider 30 s and tells it to stop then', async () => {
    const signals: AbortSignal[] = [];
    const hanging: Provider = {
      read: (_sources, signal) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      close: () => undefined,
    };
    const { clock, passes } = makeLane(new ScriptedStores(), { open: () => Promise.resolve(hanging) });
    await clock.advance(29_999);
    expect([passes.length, signals[0]?.aborted]).toEqual([0, false]);
    await clock.advance(1);
    expect(passes[0]?.reads).toMatchObject([{ outcome: { error: { code: 'timeout' } } }]);
    expect(signals[0]?.aborted).toBe(true);
  });

  test('ends at once when the agent stops, asleep or within a pass', async () => {
    const asleep = makeLane(new ScriptedStores());
    await asleep.clock.advance(0);
    asleep.stop.abort();
    await asleep.ended;

    const hanging: Provider = { read: () => new Promise(() => undefined), close: () => undefined };
    const within = makeLane(new ScriptedStores(), { open: () => Promise.resolve(hanging) });
    await within.clock.advance(0);
    within.stop.abort();
    await within.ended;
    expect(within.passes).toEqual([]);
  });

  test('without sources sleeps', async () => {
    const stores = new ScriptedStores();
    const { clock } = makeLane(stores, { intervals: [] });
    await clock.advance(10 * 3_600_000);
    expect(stores.reads).toEqual([]);
  });
});
