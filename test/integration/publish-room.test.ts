import { statfsSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { makeFolder, removeFolders } from '../support/agent/folders.ts';
import { failingFileSystem } from '../support/agent/failing-file-system.ts';
import { mountSmallTmpfs, unmountAll } from '../support/agent/small-tmpfs.ts';
import {
  dataTarget,
  generationFolders,
  makePublisher,
  renderedFiles,
  visibleFiles,
} from '../support/agent/volume.ts';

afterEach(() => {
  unmountAll();
  removeFolders();
});

const noRoom = {
  ok: false,
  error: { code: 'ENOSPC', message: 'the secrets volume is full: it needs a larger sizeLimit' },
};

const canMount = mountSmallTmpfs(64) !== undefined;
unmountAll();
removeFolders();
const onTmpfs = canMount ? test : test.skip;

describe('a volume without room', () => {
  onTmpfs(
    `gives up old generations first, then keeps the last good one whole${canMount ? '' : ' (mounting needs root)'}`,
    () => {
      const folder = mountSmallTmpfs(256)!;
      const publisher = makePublisher(folder);
      const files = (letter: string, kibibytes: number) =>
        renderedFiles({ a: letter.repeat(kibibytes * 512), 'b/c': letter.repeat(kibibytes * 512) });

      // 80 KiB each: three do not stand side by side in 256 KiB with their folders, two do.
      for (const letter of ['r', 's', 't', 'u'])
        expect(publisher.publish({ files: files(letter, 80), group: null })).toMatchObject({ ok: true });
      expect(visibleFiles(folder)['a']).toBe('u'.repeat(80 * 512));
      expect(generationFolders(folder).length).toBeLessThan(4);

      // 240 KiB fit alone, never beside the one that must stay.
      expect(publisher.publish({ files: files('v', 240), group: null })).toEqual(noRoom);
      expect(visibleFiles(folder)).toEqual({ a: 'u'.repeat(80 * 512), 'b/c': 'u'.repeat(80 * 512) });
      expect(generationFolders(folder)).toEqual([dataTarget(folder)]);
      expect(statfsSync(folder).bfree).toBeGreaterThan(30);

      expect(publisher.publish({ files: files('w', 80), group: null })).toMatchObject({ ok: true });
      expect(visibleFiles(folder)['b/c']).toBe('w'.repeat(80 * 512));
    },
  );

  test.each(['mkdirSync', 'openSync', 'writeSync', 'symlinkSync', 'renameSync'] as const)(
    'found at %s, every time, leaves the old generation and nothing half made',
    (call) => {
      const folder = makeFolder();
      let full = false;
      const { fileSystem } = failingFileSystem({ call, code: 'ENOSPC', when: () => full });
      const publisher = makePublisher(folder, { fileSystem });
      publisher.publish({ files: renderedFiles({ a: '1', b: '1' }), group: null });
      publisher.publish({ files: renderedFiles({ a: '2', b: '2' }), group: null });
      const before = dataTarget(folder);
      full = true;
      const contents = { files: renderedFiles({ a: '3', 'd/e': '3' }), group: null };
      expect(publisher.publish(contents)).toEqual(noRoom);
      expect(visibleFiles(folder)).toEqual({ a: '2', b: '2' });
      expect(generationFolders(folder)).toEqual([before]);
      full = false;
      expect(publisher.publish(contents)).toMatchObject({ ok: true });
      expect(visibleFiles(folder)).toEqual({ a: '3', 'd/e': '3' });
    },
  );

  test('found once is tried once more without the old generations', () => {
    const folder = makeFolder();
    makePublisher(folder).publish({ files: renderedFiles({ a: '1' }), group: null });
    makePublisher(folder).publish({ files: renderedFiles({ a: '2' }), group: null });
    const { fileSystem, failed } = failingFileSystem({
      call: 'writeSync',
      code: 'ENOSPC',
      when: (count) => count === 0,
    });
    const contents = { files: renderedFiles({ a: '3' }), group: null };
    expect(makePublisher(folder, { fileSystem }).publish(contents)).toMatchObject({ ok: true });
    expect(failed()).toBe(1);
    expect(visibleFiles(folder)).toEqual({ a: '3' });
    expect(generationFolders(folder)).toHaveLength(2);
  });

  test('with nothing to give up is told', () => {
    const folder = makeFolder();
    const { fileSystem, failed } = failingFileSystem({ call: 'writeSync', code: 'ENOSPC' });
    const contents = { files: renderedFiles({ a: '1' }), group: null };
    expect(makePublisher(folder, { fileSystem }).publish(contents)).toEqual(noRoom);
    expect(failed()).toBe(1);
    expect(generationFolders(folder)).toEqual([]);
  });
});
