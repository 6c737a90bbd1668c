import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { listPath, resolveFolder } from '../../../../providers/vault/folder.ts';
import type { MountTable } from '../../../../providers/vault/mount-table.ts';
import { encodePath, type PathRules } from '../../../../providers/vault/path.ts';

const mounts: MountTable = [
  { path: ['kv'], type: 'kv', kvVersion: 2 },
  { path: ['old'], type: 'kv', kvVersion: 1 },
  { path: ['team', 'kv'], type: 'kv', kvVersion: 2 },
  { path: ['database'], type: 'database' },
];
const rules = (over: Partial<PathRules> = {}): PathRules => ({
  storePath: 'kv',
  kvVersion: 'v2',
  mounts,
  ...over,
});

/** `list path` and what names begin with, or the error. */
const shown = (path: string | undefined, over: Partial<PathRules> = {}): string => {
  const folder = resolveFolder(path, rules(over));
  return folder.ok
    ? `${listPath(folder.value).join('/')} as ${folder.value.written.join('/')}`
    : `${folder.error.code}: ${folder.error.message}`;
};

describe('a folder', () => {
  test.each<[string | undefined, Partial<PathRules>, string]>([
    [undefined, {}, 'kv/metadata as '],
    ['a', {}, 'kv/metadata/a as a'],
    ['a/b///', {}, 'kv/metadata/a/b as a/b'],
    ['kv', {}, 'kv/metadata/kv as kv'],
    ['data', {}, 'kv/metadata/data as data'],
    ['kv/data', {}, 'kv/metadata as kv/data'],
    ['kv/data/a', {}, 'kv/metadata/a as kv/data/a'],
    ['kv/data/data', {}, 'kv/metadata/data as kv/data/data'],
    ['/kv', {}, 'kv/metadata as kv'],
    ['/old/a', {}, 'old/a as old/a'],
    ['/team/kv/a', {}, 'team/kv/metadata/a as team/kv/a'],
    [undefined, { storePath: 'kv/a' }, 'kv/metadata/a as '],
    ['b', { storePath: 'kv/a' }, 'kv/metadata/a/b as b'],
    [undefined, { storePath: 'old' }, 'old as '],
    ['data/a', { storePath: 'old' }, 'old/data/a as data/a'],
    ['kv/a', { storePath: '' }, 'kv/metadata/a as kv/a'],
    ['kv', { storePath: '' }, 'kv/metadata as kv'],
    ['old', { storePath: '' }, 'old as old'],
  ])('%j by the mount table (%j)', (path, over, expected) => {
    expect(shown(path, over)).toBe(expected);
  });

  test.each<[string | undefined, Partial<PathRules>, string]>([
    [undefined, {}, 'kv/metadata as '],
    [undefined, { storePath: 'team/kv' }, 'team/kv/metadata as '],
    ['a', { storePath: 'team/kv' }, 'team/kv/metadata/a as a'],
    ['a', { storePath: 'team/kv', kvVersion: 'v1' }, 'team/kv/a as a'],
    ['team/kv/data/a', { storePath: '' }, 'team/kv/metadata/a as team/kv/data/a'],
    ['team/kv/data', { storePath: '' }, 'team/kv/metadata as team/kv/data'],
    ['team/a', { storePath: '' }, 'team/metadata/a as team/a'],
    ['/other/a', {}, 'other/metadata/a as other/a'],
  ])('%j by the store alone (%j)', (path, over, expected) => {
    expect(shown(path, { mounts: [], ...over })).toBe(expected);
  });

  test.each<[string | undefined, Partial<PathRules>, string]>([
    ['/', {}, 'find.path "/" names no folder'],
    ['a//b', {}, 'find.path "a//b" has an empty segment'],
    ['./a', {}, 'find.path "./a" has the segment "."'],
    ['..', {}, 'find.path ".." has the segment ".."'],
    ['database/a', {}, 'a find looks in key-value engines, and mount database/ is of type database'],
    [
      undefined,
      { storePath: 'database' },
      'a find looks in key-value engines, and mount database/ is of type database',
    ],
    [undefined, { storePath: '' }, 'the store has no path, so find.path has to say which mount to look in'],
  ])('%j is none (%j)', (path, over, expected) => {
    expect(shown(path, over)).toBe(`invalid: ${expected}`);
  });

  test('is never outside of its mount, whatever the path', () => {
    const part = fc.constantFrom('kv', 'data', 'metadata', '/', '..', '.', 'a', '%2e', ' ');
    const storePath = fc.constantFrom('', 'kv', 'old', 'kv/a');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), storePath, (parts, base) => {
        const folder = resolveFolder(parts.join(''), rules({ storePath: base }));
        if (!folder.ok) return folder.error.code === 'invalid';
        const { mount } = folder.value;
        const path = listPath(folder.value);
        return encodePath(path) !== undefined && mount.every((name, index) => path[index] === name);
      }),
    );
  });
});
