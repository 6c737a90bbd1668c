import { chmodSync, lstatSync, readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeFileSystem } from '../../../agent/publish/file-system.ts';
import { isGenerationOut } from '../../../agent/publish/links.ts';
import type { Publisher } from '../../../agent/publish/publisher.ts';
import { failingFileSystem } from '../../support/agent/failing-file-system.ts';
import { makeFolder, removeFolders } from '../../support/agent/folders.ts';
import {
  dataTarget,
  generationFolders,
  makePublisher,
  renderedFiles,
  visibleFiles,
} from '../../support/agent/volume.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let folder: string;
let clock: ManualClock;
let publisher: Publisher;

beforeEach(() => {
  folder = makeFolder();
  clock = new ManualClock(Date.now());
  publisher = makePublisher(folder, { clock });
});
afterEach(removeFolders);

const publish = (texts: Record<string, string>, by = publisher, group: number | null = null): unknown =>
  by.publish({ files: renderedFiles(texts), group });

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;

describe('a published generation', () => {
  test('stands in a hidden folder behind links', () => {
    publish({ a: '1', 'db/tls/key': '2', 'db/user': '3' });
    expect(visibleFiles(folder)).toEqual({ a: '1', 'db/tls/key': '2', 'db/user': '3' });
    expect(readdirSync(folder).sort()).toEqual([dataTarget(folder), '..data', 'a', 'db'].sort());
    expect(dataTarget(folder)).toMatch(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.[0-9a-f]{16}$/);
    expect(readlinkSync(join(folder, 'db'))).toBe('..data/db');
    expect(isGenerationOut({ folder, fileSystem: nodeFileSystem })).toBe(true);
  });

  test('has its modes whatever the umask says', () => {
    const before = process.umask(0o077);
    publisher.publish({
      files: [...renderedFiles({ a: '1' }, 0o400), ...renderedFiles({ 'b/c': '2' }, 0o444)],
      group: null,
    });
    process.umask(before);
    const mode = (path: string): string => (statSync(join(folder, path)).mode & 0o7777).toString(8);
    expect([mode('a'), mode('b/c'), mode('b'), mode('..data/.')]).toEqual(['400', '444', '755', '755']);
  });

  asRoot(`has its group, and no setgid from the volume${isRoot ? '' : ' (needs root)'}`, () => {
    chmodSync(folder, 0o2777);
    publish({ 'b/c': '1' }, publisher, 4321);
    for (const path of ['..data/.', 'b', 'b/c']) expect(statSync(join(folder, path)).gid).toBe(4321);
    expect(statSync(join(folder, 'b')).mode & 0o7777).toBe(0o755);
  });

  test('with nothing in it is one', () => {
    expect(publish({})).toMatchObject({ ok: true, value: { changed: true } });
    expect(isGenerationOut({ folder, fileSystem: nodeFileSystem })).toBe(true);
  });

  test('with a path of its own that leads out is a bug of the caller', () => {
    for (const path of ['../x', '/x', '..data', 'a/../../x'])
      expect(() => publish({ [path]: '1' })).toThrow(TypeError);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('publishing again', () => {
  test('the same changes nothing, also for a new publisher', () => {
    publish({ a: '1', 'b/c': '2' });
    const before = dataTarget(folder);
    expect(publish({ a: '1', 'b/c': '2' })).toEqual({
      ok: true,
      value: { changed: false, generation: before },
    });
    expect(publish({ a: '1', 'b/c': '2' }, makePublisher(folder))).toEqual({
      ok: true,
      value: { changed: false, generation: before },
    });
    expect(generationFolders(folder)).toEqual([before]);
  });

  test.each([
    ['bytes', { a: '2', b: 'x' }, 0o440],
    ['one more file', { a: '1', b: 'x', c: '' }, 0o440],
    ['one file less', { a: '1' }, 0o440],
    ['a name', { a: '1', c: 'x' }, 0o440],
    ['a mode', { a: '1', b: 'x' }, 0o400],
  ])('with another %s is a new generation, also for a new publisher', (_what, texts, mode) => {
    publish({ a: '1', b: 'x' });
    for (const by of [publisher, makePublisher(folder)]) {
      publish({ a: '1', b: 'x' });
      expect(
        by.publish({ files: renderedFiles(texts as Record<string, string>, mode), group: null }),
      ).toMatchObject({
        ok: true,
        value: { changed: true },
      });
      expect(visibleFiles(folder)).toEqual(texts);
    }
  });

  test('a file may become a folder and the other way round', () => {
    publish({ a: '1', 'b/c': '2' });
    publish({ 'a/x': '3', b: '4' });
    expect(visibleFiles(folder)).toEqual({ 'a/x': '3', b: '4' });
  });

  test('a file that no other process may have read tells a new publisher nothing, and is written anew', () => {
    publish({ a: '1' });
    const { fileSystem } = failingFileSystem({
      call: 'openSync',
      code: 'EACCES',
      when: (count) => count < 1,
    });
    expect(publish({ a: '1' }, makePublisher(folder, { fileSystem }))).toMatchObject({
      value: { changed: true },
    });
  });
});

describe('old generations', () => {
  test('stay for 10 s', async () => {
    publish({ a: '1' });
    const first = dataTarget(folder);
    publish({ a: '2' });
    expect(publisher.prune()).toEqual({ ok: true, value: 10_000 });
    await clock.advance(9_999);
    expect(publisher.prune()).toEqual({ ok: true, value: 1 });
    expect(readFileSync(join(folder, first, 'a'), 'utf8')).toBe('1');
    await clock.advance(1);
    expect(publisher.prune()).toEqual({ ok: true, value: undefined });
    expect(generationFolders(folder)).toEqual([dataTarget(folder)]);
  });

  test('of a publisher before stay until 10 s after the last swap', () => {
    publish({ a: '1' });
    publish({ a: '2' });
    const swapped = lstatSync(join(folder, '..data')).mtimeMs;
    const next = new ManualClock(swapped + 4_000);
    const successor = makePublisher(folder, { clock: next });
    expect(successor.recover().ok).toBe(true);
    const left = successor.prune();
    expect(left.ok && Math.round(left.value ?? 0)).toBe(6_000);
    const late = makePublisher(folder, { clock: new ManualClock(swapped + 10_000) });
    late.recover();
    expect(late.prune()).toEqual({ ok: true, value: undefined });
    expect(generationFolders(folder)).toEqual([dataTarget(folder)]);
  });

  test('stay 10 s where the clock was set back', () => {
    publish({ a: '1' });
    publish({ a: '2' });
    const successor = makePublisher(folder, { clock: new ManualClock(0) });
    successor.recover();
    expect(successor.prune()).toEqual({ ok: true, value: 10_000 });
  });
});
