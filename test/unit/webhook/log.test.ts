import { expect, test } from '@jest/globals';
import { onceATurn } from '../../../webhook/log.ts';

test('the lines of one turn of the event loop are written together, those of the next by themselves', () => {
  const written: string[][] = [];
  let kept: string[] = [];
  const turns: (() => void)[] = [];
  const log = onceATurn(
    {
      write: (line: string) => {
        kept.push(line);
      },
      flushSync: () => {
        written.push(kept);
        kept = [];
      },
    },
    (flush) => turns.push(flush),
  );
  log.write('one');
  log.write('two');
  expect([written, turns.length]).toEqual([[], 1]);
  turns.shift()?.();
  expect(written).toEqual([['one', 'two']]);
  log.write('three');
  turns.shift()?.();
  expect([written, turns.length]).toEqual([[['one', 'two'], ['three']], 0]);
});
