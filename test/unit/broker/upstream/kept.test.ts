import { describe, expect, test } from '@jest/globals';
import { accessTo, isWiped, play } from '../../../support/broker/upstream.ts';

describe('what is kept for reads', () => {
  test('is wiped when it expires, though nobody looks', async () => {
    const { backend, clock, upstream } = play();
    backend.set('db', 'one');
    const served = await upstream.read(accessTo('db'), {
      fresh: false,
      signal: new AbortController().signal,
    });
    const bytes = served.ok ? served.value.bytes.reveal() : Buffer.from('?');
    expect(bytes.toString()).toBe('one');
    await clock.advance(9_000);
    expect(bytes.toString()).toBe('one');
    await clock.advance(1_250);
    expect(isWiped([bytes, ...backend.given])).toBe(true);
    expect(clock.untilNext()).toBeGreaterThan(60_000);
  });

  test('makes room for what comes after, by bytes and by number, and is wiped then', async () => {
    for (const limits of [{ keptBytes: 4 * 2_048 }, { keptOutcomes: 4 }]) {
      const { backend, upstream, clock, outcomes } = play({ limits });
      const buffers: Buffer[] = [];
      for (let count = 0; count < 12; count += 1) {
        backend.set(`k${count}`, 'x'.repeat(1_300));
        const served = await upstream.read(accessTo(`k${count}`), {
          fresh: false,
          signal: new AbortController().signal,
        });
        if (served.ok) buffers.push(served.value.bytes.reveal());
      }
      await clock.advance(0);
      expect(buffers.map((bytes) => isWiped([bytes]))).toEqual([
        ...Array(8).fill(true),
        ...Array(4).fill(false),
      ]);
      expect(outcomes.filter((outcome) => outcome === 'evicted')).toHaveLength(8);
    }
  });

  test('does not hold what is larger than all the room', async () => {
    const { backend, read, upstream, clock } = play({ limits: { keptBytes: 1_000 } });
    backend.set('db', 'x'.repeat(2_000));
    const served = await upstream.read(accessTo('db'), {
      fresh: false,
      signal: new AbortController().signal,
    });
    const bytes = served.ok ? served.value.bytes.reveal() : Buffer.from('?');
    expect(bytes.toString()).toBe('x'.repeat(2_000));
    await clock.advance(0);
    expect(isWiped([bytes])).toBe(true);
    expect(await read(accessTo('db'))).toBe('x'.repeat(2_000));
    expect(backend.calls).toHaveLength(2);
  });

  test('is wiped at the end, and those who wait are told', async () => {
    const { backend, read, listen, upstream, settle } = play();
    backend.set('db', 'one');
    const listening = listen(accessTo('db'), 60);
    await read(accessTo('db'));
    await settle();
    backend.hold();
    const waiting = read(accessTo('other'));
    await settle();
    await upstream.close();
    expect(await waiting).toBe('unavailable: the broker is stopping');
    expect(await read(accessTo('db'))).toBe('unavailable: the broker is stopping');
    expect(listening.heard).toEqual(['one']);
    expect(isWiped([...listening.buffers, ...backend.given])).toBe(true);
    expect(backend.closed).toHaveLength(1);
    upstream.subscribe(accessTo('db'), 60, () => undefined).close();
  });
});
