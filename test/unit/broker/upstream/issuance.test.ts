import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { accessTo, play, storeOf, type AccessFields, type Game } from '../../../support/broker/upstream.ts';

const leasedBelow = 'database/';
const key = 'database/creds';
const ofSource = 'throttled: too many credentials were made for this pod lately of this source';
const ofPod = 'throttled: too many credentials were made for this pod lately';

const freshly = (game: Game, fields: AccessFields = {}, of = key): Promise<string> =>
  game.read(accessTo(of, fields), { fresh: true });

const throttled = ({ outcomes }: Game): number =>
  outcomes.filter((outcome) => outcome === 'throttled').length;

/** As many as a pod may have at once. */
const makeFive = async (game: Game): Promise<void> => {
  for (let count = 1; count <= 5; count += 1) expect(await freshly(game)).toBe(`user ${count} leased`);
};

/** Another source: the pod chooses what it is made with. */
const withParameter = (value: number): AccessFields => ({
  wanted: { parameters: [{ name: 'common_name', value: String(value) }] },
});

describe('how many credentials a pod may have made of one source', () => {
  test('five at once, then one every 5 s; it is told when, and that is counted', async () => {
    const game = play({ leasedBelow });
    await makeFive(game);
    await game.clock.advance(2_000);
    expect(await freshly(game)).toBe(ofSource);
    const signal = new AbortController().signal;
    const refused = await game.upstream.read(accessTo(key), { fresh: true, signal });
    expect(refused).toMatchObject({ ok: false, error: { code: 'throttled', retryAfterMs: 3_000 } });
    expect(throttled(game)).toBe(2);
    await game.clock.advance(2_999);
    expect(await freshly(game)).toBe(ofSource);
    await game.clock.advance(1);
    expect(await freshly(game)).toBe('user 6 leased');
    expect(await freshly(game)).toBe(ofSource);
    expect(game.backend.readsOf(key)).toBe(6);
  });

  test('another pod, another source and what is kept for the pod are not concerned', async () => {
    const game = play({ leasedBelow });
    await makeFive(game);
    expect(await freshly(game)).toBe(ofSource);
    expect(await freshly(game, { pod: 'other' })).toBe('user 6 leased');
    expect(await freshly(game, {}, 'database/other')).toBe('user 7 leased');
    expect(await game.read(accessTo(key))).toBe('user 5 leased');
  });

  test('a secret that is kept at the backend may be read anew as often as anybody likes', async () => {
    const game = play({ leasedBelow, limits: { burst: 1_000 } });
    game.backend.set('db', 'one');
    for (let round = 0; round < 200; round += 1) expect(await freshly(game, {}, 'db')).toBe('one');
    expect(throttled(game)).toBe(0);
  });

  test('those who share a read are one', async () => {
    const game = play({ leasedBelow });
    await freshly(game);
    for (let round = 2; round <= 5; round += 1) {
      const both = await Promise.all([freshly(game), freshly(game), freshly(game)]);
      expect(new Set(both)).toEqual(new Set([`user ${round} leased`]));
    }
    expect(await freshly(game)).toBe(ofSource);
  });

  test('one that waits for a read that is on its way counts as soon as it waits', async () => {
    const game = play({ leasedBelow });
    for (let count = 1; count <= 3; count += 1) await freshly(game);
    game.backend.hold();
    const answers = [freshly(game)];
    await game.settle();
    answers.push(freshly(game), freshly(game));
    await game.settle();
    game.backend.release();
    expect(await Promise.all(answers)).toEqual(['user 4 leased', 'user 5 leased', 'user 5 leased']);
    expect(await freshly(game)).toBe(ofSource);
  });

  test('waiting for one that is on its way is no way to one more', async () => {
    const game = play({ leasedBelow });
    for (let count = 1; count <= 4; count += 1) await freshly(game);
    game.backend.hold();
    const last = freshly(game);
    await game.settle();
    expect(await freshly(game)).toBe(ofSource);
    game.backend.release();
    expect(await last).toBe('user 5 leased');
  });

  test('opening a feed again and again makes no more, and who follows is told why, and then of a new one', async () => {
    const game = play({ leasedBelow });
    for (let count = 1; count <= 5; count += 1) {
      const feed = game.listen(accessTo(key), 60);
      await game.settle();
      expect(feed.heard).toEqual([`user ${count} leased`]);
      feed.close();
    }
    const feed = game.listen(accessTo(key), 60);
    await game.settle();
    expect(feed.heard).toEqual([ofSource]);
    expect(throttled(game)).toBe(1);
    await game.clock.advance(5_000);
    await game.clock.advance(100);
    expect(feed.heard).toEqual([ofSource, 'user 6 leased']);
  });
});

describe('what is not sure to have made a credential', () => {
  test.each(['unavailable', 'throttled', 'denied', 'unauthenticated', 'not_found'] as const)(
    '%s: nothing was made, however often it was tried',
    async (code) => {
      const game = play({ leasedBelow, limits: { requestsPerSecond: 1_000 } });
      await freshly(game);
      game.backend.failure = () => providerError(code, 'no', 10);
      for (let round = 0; round < 50; round += 1) {
        expect(await freshly(game)).toBe(`${code}: no`);
        await game.clock.advance(10);
      }
      game.backend.failure = undefined;
      for (let count = 2; count <= 5; count += 1) expect(await freshly(game)).toBe(`user ${count} leased`);
      expect(await freshly(game)).toBe(ofSource);
    },
  );

  test.each(['timeout', 'invalid'] as const)('%s: it may have been made', async (code) => {
    const game = play({ leasedBelow });
    await freshly(game);
    game.backend.failure = () => providerError(code, 'no');
    for (let round = 2; round <= 5; round += 1) expect(await freshly(game)).toBe(`${code}: no`);
    expect(await freshly(game)).toBe(ofSource);
  });

  test('who goes away while it is on its way has had it, also where somebody asks once more at that moment', async () => {
    const game = play({ leasedBelow });
    const { backend, settle } = game;
    await freshly(game, { pod: 'other' });
    backend.hold();
    const askAndGo = async (meanwhile: () => void): Promise<void> => {
      const gone = new AbortController();
      const read = game.read(accessTo(key), { fresh: true, signal: gone.signal });
      await settle();
      gone.abort();
      meanwhile();
      expect(await read).toBe('timeout: the read was cancelled');
      await settle();
    };
    for (let round = 1; round <= 3; round += 1) await askAndGo(() => undefined);
    const again: Promise<string>[] = [];
    await askAndGo(() => again.push(game.read(accessTo(key)), freshly(game)));
    backend.release();
    expect(await Promise.all(again)).toEqual(['user 2 leased', 'user 2 leased']);
    // Three, and one that was sent twice.
    expect(backend.readsOf(key)).toBe(1 + 5);
    expect(await freshly(game)).toBe(ofSource);
    await game.clock.advance(5_000);
    expect(await freshly(game)).toBe('user 3 leased');
  });

  test('who goes away before it is sent has had nothing', async () => {
    const game = play({ leasedBelow, limits: { calls: 1 } });
    game.backend.set('slow', 'one');
    await freshly(game);
    game.backend.hold();
    const slow = game.read(accessTo('slow'));
    await game.settle();
    for (let round = 0; round < 20; round += 1) {
      const gone = new AbortController();
      const read = game.read(accessTo(key), { fresh: true, signal: gone.signal });
      await game.settle();
      gone.abort();
      expect(await read).toBe('timeout: the read was cancelled');
    }
    game.backend.release();
    await slow;
    expect(await freshly(game)).toBe('user 2 leased');
  });

  test('nor who goes away while one before it is on its way', async () => {
    const game = play({ leasedBelow });
    await freshly(game);
    game.backend.hold();
    const first = freshly(game);
    await game.settle();
    for (let round = 0; round < 20; round += 1) {
      const gone = new AbortController();
      const read = game.read(accessTo(key), { fresh: true, signal: gone.signal });
      gone.abort();
      expect(await read).toBe('timeout: the read was cancelled');
    }
    game.backend.release();
    expect(await first).toBe('user 2 leased');
    for (let count = 3; count <= 5; count += 1) expect(await freshly(game)).toBe(`user ${count} leased`);
    expect(await freshly(game)).toBe(ofSource);
  });

  test('a look that finds the same has made nothing', async () => {
    const game = play({ checks: true });
    game.backend.set('pki/issue', 'certificate');
    const access = withParameter(1);
    const feed = game.listen(accessTo('pki/issue', access), 10);
    for (let round = 0; round < 10; round += 1) await game.clock.advance(10_000);
    expect(feed.heard.at(-1)).toBe('same certificate');
    for (let round = 0; round < 5; round += 1)
      expect(await freshly(game, access, 'pki/issue')).toBe('certificate');
    expect(await freshly(game, access, 'pki/issue')).toBe(ofSource);
  });
});

describe('how many credentials a pod may have made in all', () => {
  test('a hundred at once, whatever they are made with and of which store, then one a second', async () => {
    const game = play({ leasedBelow, limits: { requestsPerSecond: 1_000, burst: 1_000, waiting: 1_000 } });
    const stores = [storeOf('one'), storeOf('two')];
    const ask = (value: number): Promise<string> =>
      freshly(game, { ...withParameter(value), store: stores[value % 2] as (typeof stores)[0] });
    const answers = await Promise.all(Array.from({ length: 150 }, (_, value) => ask(value)));
    expect(answers.filter((answer) => answer.endsWith('leased'))).toHaveLength(100);
    expect(answers.filter((answer) => answer === ofPod)).toHaveLength(50);
    await game.clock.advance(1_000);
    expect(await ask(200)).toMatch(/leased$/);
    expect(await ask(201)).toBe(ofPod);
  });

  test('what has parameters counts though it has no lease: it is made all the same', async () => {
    const game = play();
    game.backend.set('pki/issue', 'certificate');
    for (let round = 0; round < 5; round += 1)
      expect(await freshly(game, withParameter(1), 'pki/issue')).toBe('certificate');
    expect(await freshly(game, withParameter(1), 'pki/issue')).toBe(ofSource);
  });
});

test('what has parameters drives nothing out of what is known to come with a lease', async () => {
  const ofPod = { perSecond: 1, burst: 10_000 };
  const limits = { requestsPerSecond: 10_000, burst: 10_000, waiting: 10_000, calls: 10_000 };
  const issuance = { ofSource: ofPod, ofPod };
  const game = play({ leasedBelow, limits: { ...limits, issuance } });
  await freshly(game);
  await Promise.all(Array.from({ length: 5_001 }, (_, value) => freshly(game, withParameter(value))));
  game.backend.hold();
  const answers = ['a', 'b'].map((pod) => freshly(game, { pod }));
  await game.settle();
  // Each on its own: a read that both share would be told to one of them alone.
  expect(game.backend.readsOf(key)).toBe(1 + 5_001 + 2);
  game.backend.release();
  await Promise.all(answers);
});

describe('an agent that does what agents do never meets a limit', () => {
  test('with a lease of 9 s, replaced at two thirds of its life by a pod that is early', async () => {
    const game = play({ leasedBelow, leaseSeconds: 9 });
    // Its start, in two containers whose first answer was lost, and two forced syncs.
    for (let round = 0; round < 4; round += 1) await freshly(game);
    for (let round = 0; round < 100; round += 1) {
      await game.clock.advance(9_000 * (2 / 3) * 0.95);
      expect(await freshly(game)).toMatch(/leased$/);
    }
    expect(throttled(game)).toBe(0);
  });

  test('with a certificate that is looked at every 10 s, through a feed that is opened anew every 8 minutes', async () => {
    const game = play({ limits: { requestsPerSecond: 1_000 } });
    game.backend.set('pki/issue', 'certificate');
    for (let round = 0; round < 10; round += 1) {
      const feed = game.listen(accessTo('pki/issue', withParameter(1)), 10);
      for (let second = 0; second < 480; second += 10) await game.clock.advance(10_000);
      expect(feed.heard).not.toContainEqual(expect.stringMatching(/^throttled/));
      feed.close();
    }
    expect(throttled(game)).toBe(0);
    expect(game.backend.readsOf('pki/issue')).toBeGreaterThan(450);
  });
});
