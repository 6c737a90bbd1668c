import { lstatSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nodeFileSystem, type FileSystem } from '../../agent/publish/file-system.ts';
import { isGenerationOut } from '../../agent/publish/links.ts';
import { foldersOf } from '../../lib/file-path.ts';
import { Redacted } from '../../lib/redacted.ts';
import type { RenderedFile } from '../../agent/core/render.ts';
import { interceptedFileSystem, systemError } from '../support/agent/failing-file-system.ts';
import { makeFolder, removeFolders } from '../support/agent/folders.ts';
import { dataTarget, generationFolders, makePublisher, visibleFiles } from '../support/agent/volume.ts';

afterEach(removeFolders);

const collide = (a: string, b: string): boolean =>
  a === b || foldersOf(a).includes(b) || foldersOf(b).includes(a);

const segment = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'constructor', '.hidden', '__proto__', '-x', 'with space', '\u00e4'),
  fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/),
);
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

interface Texts {
  readonly mode: number;
  readonly files: ReadonlyMap<string, string>;
}

/** Files that can stand side by side, from few enough names that generations overlap. */
const generation: fc.Arbitrary<Texts> = fc.record({
  mode: fc.constantFrom(0o400, 0o440, 0o444, 0o600),
  files: fc.array(fc.tuple(path, fc.string({ maxLength: 40 })), { maxLength: 8 }).map((entries) => {
    const files = new Map<string, string>();
    for (const [name, text] of entries)
      if (![...files.keys()].some((other) => collide(name, other))) files.set(name, text);
    return files;
  }),
});

const rendered = ({ mode, files }: Texts): RenderedFile[] =>
  [...files]
    .map(([name, text]) => ({ path: name, bytes: new Redacted(Buffer.from(text)), mode }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

const sorted = (files: Iterable<readonly [string, string]>): [string, string][] =>
  [...files].map(([name, text]): [string, string] => [name, text]).sort(([a], [b]) => (a < b ? -1 : 1));

const seen = (folder: string): [string, string][] => sorted(Object.entries(visibleFiles(folder)));

/** What must hold in a volume whatever happened: this generation and no other is what an app sees. */
const expectGeneration = (folder: string, texts: Texts): void => {
  expect(seen(folder)).toEqual(sorted(texts.files));
  for (const name of texts.files.keys()) expect(statSync(join(folder, name)).mode & 0o7777).toBe(texts.mode);
  const tops = new Set([...texts.files.keys()].map((name) => name.split('/')[0]));
  const visible = readdirSync(folder).filter((name) => !name.startsWith('..'));
  expect(new Set(visible)).toEqual(tops);
  for (const name of visible) expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
  expect(isGenerationOut({ folder, fileSystem: nodeFileSystem })).toBe(true);
};

describe('any sequence of generations', () => {
  test('is what an app sees, one after the other, by one publisher or by many', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(generation, fc.boolean()), { minLength: 1, maxLength: 6 }), (steps) => {
        const folder = makeFolder();
        let publisher = makePublisher(folder, { keepMilliseconds: 0 });
        for (const [texts, restart] of steps) {
          if (restart) {
            publisher = makePublisher(folder, { keepMilliseconds: 0 });
            expect(publisher.recover().ok).toBe(true);
          }
          const before = seen(folder);
          const result = publisher.publish({ files: rendered(texts), group: null });
          expect(result.ok).toBe(true);
          expectGeneration(folder, texts);
          if (result.ok && !result.value.changed) expect(before).toEqual(seen(folder));
          expect(publisher.publish({ files: rendered(texts), group: null })).toMatchObject({
            value: { changed: false },
          });
          expect(publisher.prune().ok).toBe(true);
          expect(generationFolders(folder)).toEqual([dataTarget(folder)]);
        }
        removeFolders();
      }),
      { numRuns: 150 },
    );
  });

  test('survives a refusal of any call: an app sees the old one or the new one, and the next publish comes through', () => {
    const calls = fc.constantFrom<keyof FileSystem>(
      'mkdirSync',
      'openSync',
      'writeSync',
      'fchmodSync',
      'symlinkSync',
      'renameSync',
      'unlinkSync',
      'readdirSync',
      'readlinkSync',
    );
    const refusal = fc.record({
      call: calls,
      at: fc.nat({ max: 12 }),
      code: fc.constantFrom('ENOSPC', 'EIO', 'EACCES'),
    });
    fc.assert(
      fc.property(generation, generation, refusal, (first, second, { call, at, code }) => {
        const folder = makeFolder();
        makePublisher(folder).publish({ files: rendered(first), group: null });
        let count = 0;
        const fileSystem = interceptedFileSystem((name) => {
          if (name !== call) return;
          count += 1;
          if (count === at + 1) throw systemError(code, name);
        });
        const publisher = makePublisher(folder, { fileSystem });
        publisher.publish({ files: rendered(second), group: null });
        const current = new Map(makePublisher(folder).publishedFiles());
        const bytes = sorted([...current].map(([name, value]) => [name, value.reveal().toString()] as const));
        expect([sorted(first.files), sorted(second.files)]).toContainEqual(bytes);
        count = Number.NEGATIVE_INFINITY;
        expect(publisher.publish({ files: rendered(second), group: null }).ok).toBe(true);
        expectGeneration(folder, second);
        removeFolders();
      }),
      { numRuns: 200 },
    );
  });
});
