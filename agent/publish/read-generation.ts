import { constants } from 'node:fs';
import { join } from 'node:path';
import { Redacted } from '../../lib/redacted.ts';
import type { FileSystem } from './file-system.ts';
import { inVolume, type Volume } from './volume.ts';

/** A file or folder of a generation as it stands in the volume. */
export interface StoredEntry {
  readonly path: string;
  readonly mode: number;
  readonly group: number;
  /** Undefined for a folder. */
  readonly bytes: Redacted<Buffer> | undefined;
}

const permissionBits = 0o7777;
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const readEntry = (fileSystem: FileSystem, absolute: string, path: string): StoredEntry | undefined => {
  const opened = fileSystem.openSync(absolute, openFlags);
  try {
    const stat = fileSystem.fstatSync(opened);
    if (!stat.isFile() && !stat.isDirectory()) return undefined;
    const bytes = stat.isFile() ? new Redacted(fileSystem.readFileSync(opened)) : undefined;
    return { path, mode: stat.mode & permissionBits, group: stat.gid, bytes };
  } finally {
    fileSystem.closeSync(opened);
  }
};

/**
 * Reads a generation back, folders included (its own is the path ``), sorted by path. Links and special files are left out
 * and never followed. Throws what a system call throws.
 */
export const readGeneration = (volume: Volume, name: string): readonly StoredEntry[] => {
  const { fileSystem } = volume;
  const entries: StoredEntry[] = [];
  const visit = (path: string): void => {
    const absolute = inVolume(volume, name, path);
    const entry = readEntry(fileSystem, absolute, path);
    if (entry !== undefined) entries.push(entry);
    if (entry === undefined || entry.bytes !== undefined) return;
    for (const child of fileSystem.readdirSync(absolute, { withFileTypes: true }))
      if (child.isFile() || child.isDirectory()) visit(join(path, child.name));
  };
  visit('');
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
};
