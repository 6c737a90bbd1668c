import { expect, test } from '@jest/globals';
import { onceATurn, openLog } from '../../../lib/process-log.ts';

test('the lines of one turn of the event loop are written together, those of the next by themselves', () => {
  const written: string[] = [];
  const turns: (() => void)[] = [];
  const stream = { write: (text: string) => written.push(text) };
  const log = onceATurn(stream, (flush) => turns.push(flush));
  log.write('one\n');
  log.write('two\n');
  expect([written, turns.length]).toEqual([[], 1]);
  turns.shift()?.();
  expect(written).toEqual(['one\ntwo\n']);

  log.write('three\n');
  log.flush();
  expect(written).toEqual(['one\ntwo\n', 'three\n']);
  turns.shift()?.();
  expect([written.length, turns.length]).toEqual([2, 0]);
});

test('the log opens at a level and closes with nothing to write', () => {
  const { log, close } = openLog('error');
  log.info({}, 'below the level');
  close();
});
