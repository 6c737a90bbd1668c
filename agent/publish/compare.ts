import { createHash } from 'node:crypto';
import type { StoredEntry } from './read-generation.ts';
import { folderMode, type GenerationContents } from './write-generation.ts';

/** One number for everything that makes a generation what it is: paths, modes, bytes and group. */
export const fingerprint = ({ files, group }: GenerationContents): string => {
  const hash = createHash('sha256').update(JSON.stringify(group));
  for (const { path, mode, bytes } of files) {
    const value = bytes.reveal();
    hash.update(JSON.stringify([path, mode, value.length])).update(value);
  }
  return hash.digest('hex');
};

const hasGroup = (entry: StoredEntry, group: number | null): boolean =>
  group === null || entry.group === group;

/** Whether what stands in the volume is what publishing these contents would make: same files, bytes, modes and group. */
export const standsAlready = (
  entries: readonly StoredEntry[],
  { files, group }: GenerationContents,
): boolean => {
  const folders = entries.filter((entry) => entry.bytes === undefined);
  const stored = entries.filter((entry) => entry.bytes !== undefined);
  const foldersFit = folders.every((entry) => entry.mode === folderMode && hasGroup(entry, group));
  if (!foldersFit || stored.length !== files.length) return false;
  return files.every((file, index) => {
    const entry = stored[index];
    if (entry?.path !== file.path || entry.mode !== file.mode || !hasGroup(entry, group)) return false;
    return entry.bytes?.reveal().equals(file.bytes.reveal()) === true;
  });
};
