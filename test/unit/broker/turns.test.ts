import { describe, expect, test } from '@jest/globals';
import { Turns } from '../../../broker/turns.ts';

const limits = { atATime: 1, waiting: 4, waitingOfOne: 3 };

/** Work that goes on until it is told to end. */
class Work {
  readonly started: string[] = [];
  readonly #ends: (() => void)[] = [];

  do(name: string): () => Promise<string> {
    return async () => {
      this.started.push(name);
      await new Promise<void>((resolve) => this.#ends.push(resolve));
      return name;
    };
  }

  async endNext(): Promise<void> {
    this.#ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('turns', () => {
  test('whoever comes with many waits for their own, and not everybody for them', async () => {
    const turns = new Turns(limits);
    const work = new Work();
    const all = ['a1', 'a2', 'a3', 'b1'].map((name) => turns.take(name.slice(0, 1), work.do(name)));
    for (let count = 0; count < 4; count += 1) await work.endNext();
    expect(work.started).toEqual(['a1', 'a2', 'b1', 'a3']);
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  test('so many work at a time', async () => {
    const turns = new Turns({ ...limits, atATime: 2 });
    const work = new Work();
    for (const name of ['a1', 'a2', 'a3']) void turns.take('a', work.do(name));
    expect(work.started).toEqual(['a1', 'a2']);
    await work.endNext();
    expect(work.started).toEqual(['a1', 'a2', 'a3']);
  });

  test('too many of one key, or of all, are sent away at once, and nothing is left of that', async () => {
    const turns = new Turns(limits);
    const work = new Work();
    const waiting = ['a1', 'a2', 'a3', 'a4'].map((name) => turns.take('a', work.do(name)));
    expect(await turns.take('a', work.do('a5'))).toBeUndefined();
    const other = turns.take('b', work.do('b1'));
    expect(await turns.take('c', work.do('c1'))).toBeUndefined();
    for (let count = 0; count < 5; count += 1) await work.endNext();
    expect(await Promise.all([...waiting, other])).toEqual(['a1', 'a2', 'a3', 'a4', 'b1']);
    const again = turns.take('c', work.do('c2'));
    await work.endNext();
    expect(await again).toBe('c2');
  });

  test('work that fails hands over', async () => {
    const turns = new Turns(limits);
    const failing = turns.take('a', () => Promise.reject(new Error('broken')));
    const next = turns.take('b', () => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });
});
