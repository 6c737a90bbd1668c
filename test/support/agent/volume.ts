import { randomBytes } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../../lib/clock.ts';
import { Redacted } from '../../../lib/redacted.ts';
import type { RenderedFile } from '../../../agent/core/render.ts';
import { nodeFileSystem, type FileSystem } from '../../../agent/publish/file-system.ts';
import { Publisher } from '../../../agent/publish/publisher.ts';

/** 16 hexadecimal digits, different in every process too. */
export const randomName = (): string => randomBytes(8).toString('hex');

export const makePublisher = (
  folder: string,
  options: { fileSystem?: FileSystem; clock?: Clock; keepMilliseconds?: number } = {},
): Publisher =>
  new Publisher({ folder, fileSystem: nodeFileSystem, clock: systemClock, random: randomName, ...options });

/** Files for a publisher out of path and text, sorted by path as it wants them. */
export const renderedFiles = (texts: Readonly<Record<string, string>>, mode = 0o440): RenderedFile[] =>
  Object.keys(texts)
    .sort()
    .map((path) => ({ path, bytes: new Redacted(Buffer.from(texts[path] ?? '')), mode }));

/** The names of the generations' folders in a volume. */
export const generationFolders = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => /^\.\.\d{4}_/.test(name))
    .sort();

/** What an app sees in a volume: every file below the visible names, by path, read through the links. */
export const visibleFiles = (folder: string): Record<string, string> => {
  const files: [string, string][] = [];
  const visit = (path: string): void => {
    const absolute = realpathSync(join(folder, path));
    if (!lstatSync(absolute).isDirectory()) files.push([path, readFileSync(absolute, 'utf8')]);
    else for (const name of readdirSync(absolute).sort()) visit(join(path, name));
  };
  for (const name of readdirSync(folder).sort()) if (!name.startsWith('..')) visit(name);
  return Object.fromEntries(files);
};

/** Where `..data` points. */
export const dataTarget = (folder: string): string => readlinkSync(join(folder, '..data'));
