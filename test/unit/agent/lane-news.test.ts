import { afterEach, describe, expect, test } from '@jest/globals';
import { BoundedStore } from '../../../agent/bounded-store.ts';
import { Lane } from '../../../agent/lane.ts';
import { providerError } from '../../../lib/provider-error.ts';
import type { PlanSource } from '../../../lib/plan.ts';
import { Redacted } from '../../../lib/redacted.ts';
import { ok } from '../../../lib/result.ts';
import type { ReadOutcome } from '../../../providers/provider.ts';
import { sourceOf } from '../../support/agent/plans.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

/** A store that can tell of what changes, and a lane over its keys `a` and `b`. */
const makeLane = (options: { readonly follows?: boolean; readonly opens?: () => boolean } = {}) => {
  const { follows = true, opens = () => true } = options;
  const clock = new ManualClock();
  const stop = new AbortController();
  stops.push(stop);
  /** `a b` for a read, `!a b` for a fresh one, `follow a b`. */
  const calls: string[] = [];
  const waiting: (() => void)[] = [];
  const behaviour = { hangs: false };
  const answer = ok({ bytes: new Redacted(Buffer.from('x')) });
  const keys = (sources: readonly PlanSource[]): string => sources.map(({ key }) => key).join(' ');
  const store = new BoundedStore({
    open: () =>
      opens()
        ? Promise.resolve({
            read: async (sources, _signal, { fresh = false } = {}): Promise<readonly ReadOutcome[]> => {
              calls.push(`${fresh ? '!' : ''}${keys(sources)}`);
              if (behaviour.hangs) await new Promise<void>((resolve) => waiting.push(resolve));
              return sources.map(() => answer);
            },
            follow: (sources) => {
              calls.push(`follow ${keys(sources)}`);
            },
            close: () => undefined,
          })
        : Promise.reject(new Error('it does not open')),
    clock,
    stop: stop.signal,
    onThrown: () => undefined,
  });
  const sources = ['a', 'b'].map((key, index) => ({
    index,
    source: sourceOf(key, { intervalSeconds: 60 }),
    ageMs: undefined,
  }));
  const lane = new Lane({
    sources,
    store,
    clock,
    random: () => 0.5,
    spread: 1,
    stop: stop.signal,
    follows,
    isStarting: () => false,
    onPass: ({ reads }) =>
      new Map(
        reads.flatMap(({ index, outcome }) =>
          outcome.ok ? [] : [[index, providerError('unavailable', 'it is away')] as const],
        ),
      ),
    leaseOf: () => undefined,
  });
  void lane.run();
  const news = (at: number): void => {
    lane.announce(sources.slice(at, at + 1).map(({ source }) => source));
  };
  return { lane, clock, calls, news, behaviour, waiting };
};

describe('a lane whose store tells of what changes', () => {
  test('asks to be told once, after the first reads', async () => {
    const { clock, calls } = makeLane();
    await clock.advance(130_000);
    expect(calls).toEqual(['a b', 'follow a b', 'a b', 'a b']);
  });

  test('does not ask where nobody stays to be told', async () => {
    const { clock, calls } = makeLane({ follows: false });
    await clock.advance(10_000);
    expect(calls).toEqual(['a b']);
  });

  test('asks again where the store did not open', async () => {
    let opened = false;
    const { clock, calls } = makeLane({ opens: () => opened });
    await clock.advance(5_000);
    expect(calls).toEqual([]);
    opened = true;
    await clock.advance(60_000);
    expect(calls.slice(0, 2)).toEqual(['a b', 'follow a b']);
  });

  test('reads at once what it is told of, and that alone', async () => {
    const { clock, calls, news } = makeLane();
    await clock.advance(0);
    news(1);
    await clock.advance(0);
    expect(calls).toEqual(['a b', 'follow a b', 'b']);
  });

  test('reads again what it is told of while it reads', async () => {
    const { clock, calls, news, behaviour, waiting } = makeLane();
    await clock.advance(0);
    behaviour.hangs = true;
    news(0);
    await clock.advance(0);
    news(0);
    news(1);
    behaviour.hangs = false;
    waiting.shift()?.();
    await clock.advance(0);
    expect(calls).toEqual(['a b', 'follow a b', 'a', 'a b']);
  });

  test('takes nothing kept for what somebody asks for, and goes back to it afterwards', async () => {
    const { lane, clock, calls } = makeLane();
    await clock.advance(0);
    lane.readNow();
    await clock.advance(60_000);
    expect(calls).toEqual(['a b', 'follow a b', '!a b', 'a b']);
  });
});
