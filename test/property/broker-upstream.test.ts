import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { providerError } from '../../lib/provider-error.ts';
import type { Served } from '../../broker/upstream/upstream.ts';
import { accessTo, isWiped, play, type Game } from '../support/broker/upstream.ts';

const leasedBelow = 'database/';
const keys = ['k0', 'k1', 'k2', 'database/a'];
const pods = ['p0', 'p1', 'p2'];

const place = fc.record({ key: fc.constantFrom(...keys), pod: fc.constantFrom(...pods) });
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('read'), at: place, fresh: fc.boolean() } as const) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('abort'), which: fc.nat() } as const) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('subscribe'),
      at: place,
      seconds: fc.constantFrom(0, 1, 10, 30, 60),
    } as const),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('close'), which: fc.nat() } as const) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('set'), key: fc.constantFrom(...keys) } as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant('fail'),
      code: fc.constantFrom('unavailable', 'throttled', 'denied', 'timeout'),
      retryAfterMs: fc.option(fc.nat(20_000), { nil: undefined }),
    } as const),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('heal') } as const) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('hold') } as const) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('release') } as const) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('advance'),
      ms: fc.constantFrom(0, 1, 900, 5_000, 11_000, 45_000),
    } as const),
  },
);

interface Open {
  readonly key: string;
  readonly seconds: number;
  readonly close: () => void;
  last: string | undefined;
  count: number;
}

/** The rules, and what they need to remember. */
class World {
  readonly game: Game;
  readonly versions = new Map<string, number>();
  /** When each version was set. */
  readonly setAt = new Map<string, number>();
  readonly owners = new Map<string, string>();
  readonly buffers: Buffer[] = [];
  readonly open: Open[] = [];
  readonly aborts: AbortController[] = [];
  readonly problems: string[] = [];
  pending = 0;
  asked = 0;
  failed = false;

  constructor(game: Game) {
    this.game = game;
    for (const key of keys) this.set(key);
  }

  set(key: string): void {
    const version = (this.versions.get(key) ?? 0) + 1;
    this.versions.set(key, version);
    this.setAt.set(`${key}:${version}`, this.game.clock.monotonic());
    this.game.backend.set(key, `${key}:${version}`);
  }

  /** Takes what was handed out; says what it is. */
  take(key: string, pod: string, served: Served): string {
    if (!served.ok) return served.error.code;
    const { bytes, lease } = served.value;
    this.buffers.push(bytes.reveal());
    const text = bytes.reveal().toString();
    if (lease === undefined) {
      if (!text.startsWith(`${key}:`)) this.problems.push(`${key} was given ${JSON.stringify(text)}`);
      return text;
    }
    const owner = this.owners.get(text) ?? pod;
    this.owners.set(text, owner);
    if (owner !== pod) this.problems.push(`${pod} was given what is ${owner}'s`);
    return text;
  }

  async read({ key, pod }: { key: string; pod: string }, fresh: boolean): Promise<void> {
    const stop = new AbortController();
    this.aborts.push(stop);
    this.asked += 1;
    this.pending += 1;
    const { clock, upstream } = this.game;
    const asked = { version: this.versions.get(key) ?? 0, at: clock.monotonic() };
    const text = this.take(
      key,
      pod,
      await upstream.read(accessTo(key, { pod }), { fresh, signal: stop.signal }),
    );
    this.pending -= 1;
    const version = Number(text.split(':')[1] ?? 'NaN');
    if (fresh && version < asked.version)
      this.problems.push(`${text} is older than version ${asked.version}`);
    const replacedAt = this.setAt.get(`${key}:${version + 1}`);
    if (replacedAt !== undefined && asked.at - replacedAt > 10_000)
      this.problems.push(`${text} was replaced ${asked.at - replacedAt} ms before it was asked for`);
  }

  subscribe({ key, pod }: { key: string; pod: string }, seconds: number): void {
    this.asked += 1;
    const { upstream } = this.game;
    let closed = false;
    let returned = false;
    const subscription = upstream.subscribe(accessTo(key, { pod }), seconds, (news) => {
      if (closed) this.problems.push('was told after it had left');
      if (!returned) this.problems.push('was told before it had subscribed');
      if (news.kind === 'same' && open.count === 0) this.problems.push('was told that nothing is the same');
      const served: Served = news.kind === 'same' ? { ok: true, value: news.document } : news.served;
      const text = this.take(key, pod, served);
      if (news.kind === 'same' && open.last !== undefined && open.last !== text)
        this.problems.push(`${open.last} is not the same as ${text}`);
      open.last = served.ok ? text : undefined;
      open.count += 1;
    });
    returned = true;
    const close = (): void => {
      closed = true;
      subscription.close();
    };
    const open: Open = { key, seconds, close, last: undefined, count: 0 };
    this.open.push(open);
  }
}

type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;
type Doing = {
  readonly [Kind in Act['act']]: (world: World, one: Extract<Act, { act: Kind }>) => Promise<void> | void;
};

const doing: Doing = {
  read: (world, { at, fresh }) => void world.read(at, fresh),
  abort: ({ aborts }, { which }) => aborts[which % Math.max(1, aborts.length)]?.abort(),
  subscribe: (world, { at, seconds }) => {
    world.subscribe(at, seconds);
  },
  close: ({ open }, { which }) => {
    for (const one of open.splice(which % Math.max(1, open.length), 1)) one.close();
  },
  set: (world, { key }) => {
    world.set(key);
  },
  fail: (world, { code, retryAfterMs }) => {
    world.failed = true;
    world.game.backend.failure = () => providerError(code, 'as told', retryAfterMs);
  },
  heal: ({ game }) => {
    game.backend.failure = undefined;
  },
  hold: ({ game }) => {
    game.backend.hold();
  },
  release: ({ game }) => {
    game.backend.release();
  },
  advance: ({ game }, { ms }) => game.clock.advance(ms),
};

const doOne = (world: World, one: Act): Promise<void> | void =>
  (doing[one.act] as (world: World, one: Act) => Promise<void> | void)(world, one);

const isPlain = ({ key }: Open): boolean => !key.startsWith(leasedBelow);

/** Whatever happens: the rules of `Upstream`, then quiet, then nothing is left. */
const live = async (checks: boolean, acts: readonly Act[], random: number): Promise<void> => {
  const game = play({ leasedBelow, checks, random: () => random });
  const { backend, clock, upstream } = game;
  const world = new World(game);
  for (const one of acts) await doOne(world, one);
  const busyFor = clock.monotonic();
  backend.failure = undefined;
  backend.release();
  await clock.advance(0);
  // A call that was held may hang to its limit; the longest pause asked for, an interval and a backoff follow.
  await clock.advance(200_000);
  expect(world.problems).toEqual([]);
  expect(world.pending).toBe(0);
  expect(backend.overlaps).toBe(0);
  for (const one of world.open.filter(isPlain)) {
    const newest = one.seconds === 0 ? one.last : `${one.key}:${world.versions.get(one.key) ?? 0}`;
    expect(one.last ?? '').toBe(newest);
  }
  if (!world.failed && busyFor < 25_000) {
    const looks = Math.ceil((busyFor + 200_000) / 9_500) * keys.length;
    expect(backend.calls.flatMap((call) => call.keys).length).toBeLessThanOrEqual(2 * (world.asked + looks));
  }
  for (const { close } of world.open) close();
  await clock.advance(70_000);
  expect(isWiped([...world.buffers, ...backend.given])).toBe(true);
  const before = backend.calls.length;
  await clock.advance(300_000);
  expect(backend.calls).toHaveLength(before);
  await upstream.close();
  expect(clock.untilNext()).toBeUndefined();
};

test('an upstream keeps its rules, whatever is asked and however the backend behaves', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(act, { minLength: 1, maxLength: 40 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      live,
    ),
    { numRuns: 200 },
  );
});
