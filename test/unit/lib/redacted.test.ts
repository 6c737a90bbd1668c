import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { Redacted } from '../../../lib/redacted.ts';

const secret = new Redacted('hunter2');

test('only reveal shows the value', () => {
  expect(secret.reveal()).toBe('hunter2');
});

test.each([
  ['as text', () => String(secret)],
  ['joined', () => [secret, secret].join()],
  ['as JSON', () => JSON.stringify({ secret })],
  ['inspected', () => inspect({ secret }, { showHidden: true, depth: 9 })],
  ['its fields', () => JSON.stringify(Object.entries(secret)) + JSON.stringify(Object.assign({}, secret))],
  ['in an error', () => inspect(new Error('x', { cause: secret }))],
  [
    'logged',
    () => {
      let written = '';
      pino({}, { write: (line: string) => void (written += line) }).info({ secret }, 'a %s', secret);
      return written;
    },
  ],
])('%s it stays hidden', (_how, show) => {
  expect(show()).not.toContain('hunter2');
});
