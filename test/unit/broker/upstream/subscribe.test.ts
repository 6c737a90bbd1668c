import { describe, expect, test } from '@jest/globals';
import { providerError } from '../../../../lib/provider-error.ts';
import { accessTo, isWiped, play } from '../../../support/broker/upstream.ts';

describe('subscribers', () => {
  test('are told what there is, then at the shortest interval of all what becomes of it', async () => {
    const { clock, backend, listen } = play();
    backend.set('db', 'one');
    const slow = listen(accessTo('db', { pod: 'a' }), 60);
    expect(slow.heard).toEqual([]);
    await clock.advance(0);
    expect(slow.heard).toEqual(['one']);
    await clock.advance(20_000);
    const fast = listen(accessTo('db', { pod: 'b' }), 30);
    expect(fast.heard).toEqual([]);
    await clock.advance(0);
    // 20 s old is young enough for somebody who looks every 30 s.
    expect(fast.heard).toEqual(['one']);
    expect(backend.calls).toHaveLength(1);
    await clock.advance(10_000);
    expect([slow.heard, fast.heard]).toEqual([
      ['one', 'same one'],
      ['one', 'same one'],
    ]);
    backend.set('db', 'two');
    await clock.advance(30_000);
    expect([slow.heard.at(-1), fast.heard.at(-1)]).toEqual(['two', 'two']);
    fast.close();
    await clock.advance(59_000);
    expect(backend.calls.map(({ at }) => at)).toEqual([0, 30_000, 60_000]);
    await clock.advance(1_000);
    expect(backend.calls).toHaveLength(4);
  });

  test('are not looked for more often than every 10 s', async () => {
    const { clock, backend, listen } = play();
    backend.set('db', 'one');
    listen(accessTo('db'), 1);
    await clock.advance(60_000);
    expect(backend.calls).toHaveLength(7);
  });

  test('wait for a read where what there is is older than their interval', async () => {
    const { clock, backend, listen } = play();
    backend.set('db', 'one');
    listen(accessTo('db'), 3_600);
    await clock.advance(60_000);
    backend.set('db', 'two');
    const fast = listen(accessTo('db'), 30);
    await clock.advance(0);
    expect(fast.heard).toEqual(['two']);
    expect(backend.calls).toHaveLength(2);
  });

  test('are told at once what a read brought lately, and hold it from then on', async () => {
    const { clock, backend, read, listen, outcomes } = play();
    backend.set('db', 'one');
    await read(accessTo('db'));
    await clock.advance(5_000);
    const listening = listen(accessTo('db'), 60);
    await clock.advance(15_000);
    expect(listening.heard).toEqual(['one']);
    expect(listening.buffers[0]?.toString()).toBe('one');
    expect(outcomes).toEqual(['miss', 'hit']);
    // The interval counts from the read.
    await clock.advance(40_000);
    expect(backend.calls.map(({ at }) => at)).toEqual([0, 60_000]);
  });

  test('who come with another document hear nothing that is older than a second', async () => {
    const { clock, backend, listen } = play();
    backend.set('db', 'one');
    const here = listen(accessTo('db', { pod: 'here' }), 3_600);
    await clock.advance(20_000);
    backend.set('db', 'two');
    // Another replica has read it, and told this one.
    const moved = listen(accessTo('db', { pod: 'moved' }), 3_600, 'two');
    await clock.advance(0);
    expect([here.heard, moved.heard]).toEqual([['one', 'two'], ['two']]);
    await clock.advance(1_000);
    const behind = ['a', 'b', 'c'].map((pod) => listen(accessTo('db', { pod }), 3_600, 'one'));
    await clock.advance(0);
    expect(behind.map(({ heard }) => heard)).toEqual([['two'], ['two'], ['two']]);
    expect(backend.calls).toHaveLength(2);
    await clock.advance(1);
    // Who comes with the same one, or with none, is told what there is.
    const alike = [listen(accessTo('db', { pod: 'd' }), 3_600, 'two'), listen(accessTo('db'), 3_600)];
    await clock.advance(0);
    expect(alike.map(({ heard }) => heard)).toEqual([['two'], ['two']]);
    expect(backend.calls).toHaveLength(2);
    const late = ['e', 'f'].map((pod) => listen(accessTo('db', { pod }), 3_600, 'one'));
    await clock.advance(0);
    expect(late.map(({ heard }) => heard)).toEqual([['two'], ['two']]);
    expect(backend.calls).toHaveLength(3);
  });

  test('who come with another document hear of an outage, not of what is older', async () => {
    const { clock, backend, listen } = play();
    backend.set('db', 'one');
    listen(accessTo('db', { pod: 'here' }), 3_600);
    await clock.advance(20_000);
    backend.failure = () => providerError('unavailable', 'the store is down');
    const moved = listen(accessTo('db', { pod: 'moved' }), 3_600, 'two');
    await clock.advance(0);
    expect(moved.heard).toEqual(['unavailable: the store is down']);
  });

  test('hear what a read of somebody else brought', async () => {
    const { clock, backend, read, listen } = play();
    backend.set('db', 'one');
    const listening = listen(accessTo('db'), 3_600);
    await clock.advance(20_000);
    backend.set('db', 'two');
    expect(await read(accessTo('db', { pod: 'other' }))).toBe('two');
    expect(listening.heard).toEqual(['one', 'two']);
  });

  test('who want to be told once are told a first document, and no more', async () => {
    const { clock, backend, listen } = play();
    const listening = listen(accessTo('db'), 0);
    await clock.advance(0);
    expect(listening.heard).toEqual(['not_found: db is not there']);
    backend.set('db', 'one');
    await clock.advance(60_000);
    expect(listening.heard).toEqual(['not_found: db is not there', 'one']);
    await clock.advance(600_000);
    expect(backend.calls).toHaveLength(2);
    expect(isWiped(listening.buffers)).toBe(true);
  });

  test('who leave are told nothing any more, and the last one leaves nothing behind', async () => {
    const { clock, backend, listen } = play();
    backend.set('db', 'one');
    const [one, two] = [listen(accessTo('db'), 30), listen(accessTo('db'), 30)];
    await clock.advance(0);
    one.close();
    one.close();
    await clock.advance(30_000);
    expect(one.heard).toEqual(['one']);
    expect(two.heard).toEqual(['one', 'same one']);
    expect(isWiped(two.buffers.slice(-1))).toBe(false);
    two.close();
    await clock.advance(0);
    expect(isWiped([...one.buffers, ...two.buffers, ...backend.given])).toBe(true);
    await clock.advance(600_000);
    expect(backend.calls).toHaveLength(2);
  });

  test('who leave before the answer call it back', async () => {
    const { backend, listen, settle } = play();
    backend.hold();
    const listening = listen(accessTo('db'), 30);
    await settle();
    listening.close();
    await settle();
    expect(backend.aborted).toBe(1);
  });

  test('who fail do not keep the others from being told', async () => {
    const { backend, upstream, listen, settle, logs } = play();
    backend.set('db', 's3cret');
    upstream.subscribe(accessTo('db'), 30, () => {
      throw new Error('s3cret');
    });
    const listening = listen(accessTo('db'), 30);
    await settle();
    expect(listening.heard).toEqual(['s3cret']);
    expect(logs.map((line) => line[1])).toEqual(['a subscriber failed unexpectedly']);
    expect(JSON.stringify(logs)).not.toContain('s3cret');
  });

  test('may leave, come and read while they are told', async () => {
    const { backend, upstream, listen, settle, clock, read } = play();
    backend.set('db', 'one');
    const heard: string[] = [];
    const first = upstream.subscribe(accessTo('db'), 30, () => {
      first.close();
      second.close();
      heard.push('first');
      const third = listen(accessTo('db'), 30);
      void read(accessTo('db'), { fresh: true }).then((text) => heard.push(text, ...third.heard));
    });
    const second = listen(accessTo('db'), 30);
    await settle();
    await clock.advance(0);
    expect(heard).toEqual(['first', 'one', 'one']);
    expect(second.heard).toEqual([]);
    expect(backend.calls.map(({ fresh }) => fresh)).toEqual([false, true]);
  });
});
