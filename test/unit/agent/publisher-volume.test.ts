import { constants, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { nodeFileSystem, type FileSystem } from '../../../agent/publish/file-system.ts';
import { isGenerationOut } from '../../../agent/publish/links.ts';
import type { Publisher } from '../../../agent/publish/publisher.ts';
import { failingFileSystem, interceptedFileSystem } from '../../support/agent/failing-file-system.ts';
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

describe('what is not ours', () => {
  test('is never followed: ..data that leads elsewhere is replaced', () => {
    const elsewhere = makeFolder();
    writeFileSync(join(elsewhere, 'a'), '1');
    for (const target of [elsewhere, '../..', '.', 'a', '..2026_01_01_00_00_00.0000000000000000/../..']) {
      const volume = makeFolder();
      symlinkSync(target, join(volume, '..data'));
      const by = makePublisher(volume);
      expect(by.current()).toBeUndefined();
      expect([...by.publishedFiles()]).toEqual([]);
      expect(by.recover().ok).toBe(true);
      expect(publish({ a: '1' }, by)).toMatchObject({ value: { changed: true } });
      expect(visibleFiles(volume)).toEqual({ a: '1' });
    }
    expect(readdirSync(elsewhere)).toEqual(['a']);
  });

  test('is not read through a link within a generation', () => {
    publish({ a: '1', b: '2' });
    const current = join(folder, dataTarget(folder));
    const elsewhere = join(makeFolder(), 'secret');
    writeFileSync(elsewhere, '1');
    nodeFileSystem.unlinkSync(join(current, 'a'));
    symlinkSync(elsewhere, join(current, 'a'));
    expect([...makePublisher(folder).publishedFiles().keys()]).toEqual(['b']);
    expect(publish({ a: '1', b: '2' }, makePublisher(folder))).toMatchObject({ value: { changed: true } });
    expect(readFileSync(elsewhere, 'utf8')).toBe('1');
  });

  test('is not removed through a link in an old generation', () => {
    publish({ 'a/b': '1' });
    const first = join(folder, dataTarget(folder));
    const elsewhere = makeFolder();
    writeFileSync(join(elsewhere, 'precious'), '');
    symlinkSync(elsewhere, join(first, 'link'));
    const short = makePublisher(folder, { keepMilliseconds: 0 });
    publish({ a: '2' }, short);
    expect(short.prune()).toEqual({ ok: true, value: undefined });
    expect(generationFolders(folder)).toHaveLength(1);
    expect(readdirSync(elsewhere)).toEqual(['precious']);
  });

  test('stays: other files, other hidden names, links that are none of ours', () => {
    mkdirSync(join(folder, 'theirs'));
    mkdirSync(join(folder, '..other'));
    symlinkSync('theirs', join(folder, 'link'));
    publish({ a: '1' });
    publish({ b: '1' });
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['theirs', '..other', 'link']));
  });

  test('is not written through: a link that is put where a file is to be', () => {
    const elsewhere = join(makeFolder(), 'precious');
    writeFileSync(elsewhere, 'theirs');
    const fileSystem = interceptedFileSystem((name, args) => {
      const creates = name === 'openSync' && ((args[1] as number) & constants.O_CREAT) !== 0;
      if (creates) symlinkSync(elsewhere, args[0] as string);
    });
    expect(publish({ a: 'ours' }, makePublisher(folder, { fileSystem }))).toMatchObject({
      error: { code: 'EEXIST' },
    });
    expect(readFileSync(elsewhere, 'utf8')).toBe('theirs');
  });

  test('at a name of ours is replaced', () => {
    writeFileSync(join(folder, 'a'), 'theirs');
    symlinkSync('elsewhere', join(folder, 'b'));
    publish({ a: '1', b: '2' });
    expect(visibleFiles(folder)).toEqual({ a: '1', b: '2' });
  });

  test('a folder that has the new name is not removed when it is in the way', () => {
    publish({ a: '1' });
    const taken = makePublisher(folder, { clock, fileSystem: nodeFileSystem });
    const current = dataTarget(folder);
    const { fileSystem } = failingFileSystem({ call: 'mkdirSync', code: 'EEXIST' });
    expect(publish({ a: '2' }, makePublisher(folder, { fileSystem }))).toMatchObject({
      error: { code: 'EEXIST' },
    });
    expect(taken.current()).toBe(current);
    expect(visibleFiles(folder)).toEqual({ a: '1' });
  });
});

describe('a volume that refuses', () => {
  test.each<[keyof FileSystem, string]>([
    ['fchownSync', 'EPERM'],
    ['fchmodSync', 'EPERM'],
    ['mkdirSync', 'EROFS'],
    ['writeSync', 'EIO'],
    ['renameSync', 'EACCES'],
  ])('%s is told by its code, and leaves the old generation alone', (call, code) => {
    publish({ a: '1' });
    const { fileSystem } = failingFileSystem({ call, code });
    const by = makePublisher(folder, { fileSystem });
    expect(publish({ a: '2' }, by, 0)).toEqual({
      ok: false,
      error: { code, message: `the secrets volume cannot be written (${code})` },
    });
    expect(visibleFiles(folder)).toEqual({ a: '1' });
    expect(generationFolders(folder)).toHaveLength(1);
  });

  test('that is not there is told as well', () => {
    const nowhere = makePublisher(join(folder, 'nowhere'));
    expect(nowhere.recover()).toMatchObject({ error: { code: 'ENOENT' } });
    expect(publish({ a: '1' }, nowhere)).toMatchObject({ error: { code: 'ENOENT' } });
  });

  test('an error that is not the system’s is thrown', () => {
    const fileSystem = interceptedFileSystem(() => {
      throw new RangeError('a bug');
    });
    expect(() => publish({ a: '1' }, makePublisher(folder, { fileSystem }))).toThrow(RangeError);
  });

  test('short writes are continued', () => {
    const short = (file: number, bytes: NodeJS.ArrayBufferView, offset: number, length: number): number =>
      nodeFileSystem.writeSync(file, bytes, offset, Math.min(length, 3));
    const fileSystem = { ...nodeFileSystem, writeSync: short } as FileSystem;
    publish({ a: '0123456789' }, makePublisher(folder, { fileSystem }));
    expect(visibleFiles(folder)).toEqual({ a: '0123456789' });
  });
});

describe('links', () => {
  test('that went missing come back with the next publish, of equal bytes too', () => {
    publish({ a: '1', b: '2' });
    nodeFileSystem.unlinkSync(join(folder, 'a'));
    expect(isGenerationOut({ folder, fileSystem: nodeFileSystem })).toBe(false);
    expect(publish({ a: '1', b: '2' })).toMatchObject({ value: { changed: false } });
    expect(visibleFiles(folder)).toEqual({ a: '1', b: '2' });
  });

  test('of the first generation come after ..data', () => {
    const seen: string[] = [];
    const fileSystem = interceptedFileSystem((name, args) => {
      if (name === 'renameSync') seen.push(String(args[1]).slice(folder.length + 1));
    });
    publish({ a: '1', b: '2' }, makePublisher(folder, { fileSystem }));
    expect(seen).toEqual(['..data', 'a', 'b']);
  });
});
