import { readdirSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { nodeFileSystem } from '../../agent/publish/file-system.ts';
import { isGenerationOut } from '../../agent/publish/links.ts';
import { makeFolder, removeFolders } from '../support/agent/folders.ts';
import { numberedFiles, numberOf } from '../support/agent/numbered-files.ts';
import { killProcesses, removeBundles, runWriter } from '../support/agent/volume-processes.ts';
import { dataTarget, generationFolders, makePublisher, visibleFiles } from '../support/agent/volume.ts';

afterEach(() => {
  killProcesses();
  removeFolders();
});
afterAll(removeBundles);

/** The numbers of the generations that an app finds files of; undefined stands for a torn file. */
const visibleNumbers = (folder: string): (number | undefined)[] => [
  ...new Set(Object.values(visibleFiles(folder)).map(numberOf)),
];

const pathsOf = (generation: number): string[] => numberedFiles(generation).map(({ path }) => path);

/** A publisher goes on where a killed one stopped. */
const goOn = (folder: string, generation: number): void => {
  const publisher = makePublisher(folder, { keepMilliseconds: 0 });
  expect(publisher.recover()).toEqual({ ok: true, value: undefined });
  expect(publisher.publish({ files: numberedFiles(generation), group: null })).toMatchObject({ ok: true });
  expect(publisher.prune()).toEqual({ ok: true, value: undefined });
  expect(visibleNumbers(folder)).toEqual([generation]);
  expect(Object.keys(visibleFiles(folder)).sort()).toEqual(pathsOf(generation).sort());
  expect(generationFolders(folder)).toEqual([dataTarget(folder)]);
  const hidden = readdirSync(folder).filter((name) => name.startsWith('..'));
  expect(hidden.sort()).toEqual([dataTarget(folder), '..data'].sort());
};

describe('a publisher killed at every call that changes the volume', () => {
  test('in its first publish shows nothing or a whole generation, and the next goes on', async () => {
    let killed = 0;
    for (let call = 1; ; call += 1) {
      const folder = makeFolder();
      const outcome = await runWriter({ folder, first: 2, killBefore: call });
      // No visible name is without its file.
      expect([[], [2]]).toContainEqual(visibleNumbers(folder));
      const shown = Object.keys(visibleFiles(folder));
      if (isGenerationOut({ folder, fileSystem: nodeFileSystem }))
        expect(shown.sort()).toEqual(pathsOf(2).sort());
      goOn(folder, 3);
      removeFolders();
      if (outcome === 'done') break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(100);
  }, 300_000);

  test('while it removes an old generation leaves the current one whole, and the next goes on', async () => {
    let killed = 0;
    for (let call = 1; ; call += 1) {
      const folder = makeFolder();
      makePublisher(folder).publish({ files: numberedFiles(2), group: null });
      const outcome = await runWriter({
        folder,
        first: 3,
        killBefore: call,
        killWhile: 'pruning',
        keepMilliseconds: 0,
      });
      expect(visibleNumbers(folder)).toEqual([3]);
      goOn(folder, 4);
      removeFolders();
      if (outcome === 'done') break;
      killed += 1;
    }
    expect(killed).toBeGreaterThan(20);
  }, 300_000);
});
