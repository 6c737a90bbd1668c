import { expect, test } from '@jest/globals';
import { filePathProblem, foldersOf, hasControlCharacter } from '../../../lib/file-path.ts';

test.each([
  'a',
  'a/b',
  '.env',
  'a.b/c-d_e',
  'a..b',
  'a/b..',
  ' ',
  'ä',
  '$(x)',
  'x'.repeat(255),
  `${'x/'.repeat(2047)}xx`,
])('%j can be a file', (path) => {
  expect(filePathProblem(path)).toBeUndefined();
});

test.each([
  ['', 'has an empty segment'],
  ['/a', 'is absolute: give a path below the mount'],
  ['a/', 'has an empty segment'],
  ['a//b', 'has an empty segment'],
  ['.', 'has the segment "."'],
  ['a/./b', 'has the segment "."'],
  ['..', 'has the segment ".."'],
  ['a/../b', 'has the segment ".."'],
  ['..data', 'has a segment that starts with "..", which Keyferry keeps for itself'],
  ['...', 'has a segment that starts with "..", which Keyferry keeps for itself'],
  ['a/..b', 'has a segment that starts with "..", which Keyferry keeps for itself'],
  ['a\u0000', 'has a control character'],
  ['a\nb', 'has a control character'],
  ['x'.repeat(256), 'has a segment of more than 255 bytes'],
  ['ä'.repeat(128), 'has a segment of more than 255 bytes'],
  ['x/'.repeat(2048) + 'x', 'has more than 4096 bytes'],
])('%j %s', (path, problem) => {
  expect(filePathProblem(path)).toBe(problem);
});

test.each(['\u0000', '\t', '\u001f', '\u007f', '\u0085', '\u009f'])('%j is a control character', (text) => {
  expect(hasControlCharacter(`a${text}b`)).toBe(true);
});

test.each(['', ' ', '\u00a0', '\u2028', 'é', '🙂'])('%j is none', (text) => {
  expect(hasControlCharacter(text)).toBe(false);
});

test.each([
  ['a', []],
  ['a/b', ['a']],
  ['a/b/c', ['a', 'a/b']],
])('folders of %s', (path, folders) => {
  expect(foldersOf(path)).toEqual(folders);
});
