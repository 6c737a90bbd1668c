import { describe, expect, test } from '@jest/globals';
import * as values from '../../../webhook/core/values.ts';

const read = <T>(parse: values.ValueParser<T>, text: string): T | string => {
  const parsed = parse(text);
  return parsed.ok ? parsed.value : `! ${parsed.error}`;
};

test.each([
  ['10s', 10],
  ['10.0001s', 11],
  ['0', 0],
  ['0m', 0],
  ['9.999s', '! is "9.999s"; at least 10s, or 0 to read once'],
  ['1ns', '! is "1ns"; at least 10s, or 0 to read once'],
  ['', '! is ""; give a Go duration like 30s, 15m or 1h30m'],
])('refresh interval %j: %j', (text, wanted) => {
  expect(read(values.refreshInterval, text)).toBe(wanted);
});

test.each([
  ['1s', 1],
  ['60s', 60],
  ['1m', 60],
  ['59.5s', 60],
  ['999ms', '! is "999ms"; it takes 1s to 60s with this lifecycle'],
  ['60.001s', '! is "60.001s"; it takes 1s to 60s with this lifecycle'],
  ['0', '! is "0"; it takes 1s to 60s with this lifecycle'],
])('start timeout %j: %j', (text, wanted) => {
  expect(read(values.startTimeout(60), text)).toBe(wanted);
});

test.each([
  ['440', '0440'],
  ['0440', '0440'],
  ['000', '0000'],
  ['777', '0777'],
])('file mode %s', (text, wanted) => {
  expect(read(values.fileMode, text)).toBe(wanted);
});

test.each(['', '44', '1440', '00440', '448', '0o440', ' 440', '+440'])('file mode %j is refused', (text) => {
  expect(read(values.fileMode, text)).toMatch(/^! is /);
});

test.each([
  ['0', 0],
  ['1', 1],
  ['00080', 80],
  ['65535', 65_535],
])('port %s', (text, wanted) => {
  expect(read(values.port, text)).toBe(wanted);
});

test.each(['', '65536', '-1', '8080.0', '8e3', '0x50', '100000', ' 1'])('port %j is refused', (text) => {
  expect(read(values.port, text)).toMatch(/^! is /);
});

describe('mount path', () => {
  test.each([
    ['/secrets', '/secrets'],
    ['/secrets///', '/secrets'],
    ['/a b', '/a b'],
    ['/process', '/process'],
    ['/etc/dev', '/etc/dev'],
  ])('%s', (text, wanted) => {
    expect(read(values.mountPath, text)).toBe(wanted);
  });

  test.each([
    '',
    '/',
    '//',
    'a',
    './a',
    '/a//b',
    '/a/./b',
    '/a/..',
    '/..',
    '/a:b',
    '/a\nb',
    '/proc',
    '/proc/1',
    '/sys/',
    '/dev/shm',
  ])('%j is refused', (text) => {
    expect(read(values.mountPath, text)).toMatch(/^! is /);
  });
});

test.each([
  ['app', ['app']],
  [' app ,\tmetrics ', ['app', 'metrics']],
  ['a1-b', ['a1-b']],
  ['x'.repeat(63), ['x'.repeat(63)]],
])('containers %j', (text, wanted) => {
  expect(read(values.containerNames, text)).toEqual(wanted);
});

test.each(['', ',', 'app,', 'App', 'a_b', '-a', 'a-', 'x'.repeat(64), 'app,app', 'a b'])(
  'containers %j are refused',
  (text) => {
    expect(read(values.containerNames, text)).toMatch(/^! /);
  },
);

test.each(['true', 'false'])('%s is a boolean', (text) => {
  expect(read(values.boolean, text)).toBe(text === 'true');
});
