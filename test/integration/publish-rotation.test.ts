import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { makeFolder, removeFolders } from '../support/agent/folders.ts';
import { numberedFileCount, numberedFiles } from '../support/agent/numbered-files.ts';
import {
  killProcesses,
  removeBundles,
  runWriter,
  startReader,
  type Reader,
} from '../support/agent/volume-processes.ts';
import { dataTarget, generationFolders, makePublisher, visibleFiles } from '../support/agent/volume.ts';

afterEach(() => {
  killProcesses();
  removeFolders();
});

const clean = { missing: 0, torn: 0, mixed: 0, backwards: 0, first: '' };

/** Runs `work` with one reader of each kind on the volume, which has its first generation already. */
const withReaders = async (folder: string, work: () => Promise<void>): Promise<void> => {
  const readers: Reader[] = [await startReader('consistent', folder), await startReader('plain', folder)];
  await work();
  const reports = await Promise.all(readers.map((reader) => reader.finish()));
  for (const report of reports) {
    expect(report).toMatchObject(clean);
    expect(report.generations).toBeGreaterThan(10);
  }
};

const firstGeneration = (folder: string): void => {
  expect(makePublisher(folder).publish({ files: numberedFiles(1), group: null }).ok).toBe(true);
};

afterAll(removeBundles);

describe('readers in other processes', () => {
  test(`see no mixed, missing or torn file over 200 rotations of ${numberedFileCount} files`, async () => {
    const folder = makeFolder();
    firstGeneration(folder);
    await withReaders(folder, async () => {
      expect(await runWriter({ folder, first: 2, count: 200 })).toBe('done');
    });
  }, 60_000);

  test('nor while the writer is killed at every call that changes the volume, restarted, and goes on', async () => {
    const folder = makeFolder();
    firstGeneration(folder);
    let killed = 0;
    await withReaders(folder, async () => {
      // Each process goes on from the killed one with one whole generation, then is killed in the next. Odd and even ones
      // differ in their names, so that links come and go on the way.
      for (let call = 1; ; call += 1) {
        const outcome = await runWriter({ folder, first: 2 * call, count: 2, killBefore: call });
        if (outcome === 'done') break;
        killed += 1;
        expect(generationFolders(folder)).toContain(dataTarget(folder));
      }
    });
    expect(killed).toBeGreaterThan(3 * numberedFileCount);
    const last = makePublisher(folder, { keepMilliseconds: 0 });
    expect(last.recover().ok && last.prune().ok).toBe(true);
    expect(generationFolders(folder)).toEqual([dataTarget(folder)]);
    expect(Object.keys(visibleFiles(folder)).length).toBeGreaterThanOrEqual(numberedFileCount);
  }, 300_000);
});
