import { constants } from 'node:fs';
import { foldersOf } from '../../lib/file-path.ts';
import type { RenderedFile } from '../core/render.ts';
import { inVolume, type Volume } from './volume.ts';

/** Mode of every folder of a generation. */
export const folderMode = 0o755;

export interface GenerationContents {
  /** Sorted by path; no path twice, none inside of another. */
  readonly files: readonly RenderedFile[];
  /** Group that files and folders are given; null: what they get by themselves. */
  readonly group: number | null;
}

/** Owner before mode: a change of owner may clear bits, and the mode clears the setgid that the volume hands down. */
const giveAway = (volume: Volume, file: number, group: number | null, mode: number): void => {
  if (group !== null) volume.fileSystem.fchownSync(file, -1, group);
  volume.fileSystem.fchmodSync(file, mode);
};

const openUp = (volume: Volume, path: string, group: number | null): void => {
  const { fileSystem } = volume;
  const folder = fileSystem.openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    giveAway(volume, folder, group, folderMode);
  } finally {
    fileSystem.closeSync(folder);
  }
};

const makeFile = (volume: Volume, path: string, rendered: RenderedFile, group: number | null): void => {
  const { fileSystem } = volume;
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = fileSystem.openSync(path, flags, 0o600);
  try {
    const bytes = rendered.bytes.reveal();
    for (let written = 0; written < bytes.length;)
      written += fileSystem.writeSync(file, bytes, written, bytes.length - written);
    giveAway(volume, file, group, rendered.mode);
  } finally {
    fileSystem.closeSync(file);
  }
};

/**
 * Fills a generation's folder, which is there and empty, with all of its files. Throws what a system call throws; the folder
 * is half filled then.
 */
export const fillGeneration = (volume: Volume, name: string, contents: GenerationContents): void => {
  const made = new Set<string>();
  openUp(volume, inVolume(volume, name), contents.group);
  for (const rendered of contents.files) {
    for (const folder of foldersOf(rendered.path)) {
      if (made.has(folder)) continue;
      volume.fileSystem.mkdirSync(inVolume(volume, name, folder), 0o700);
      openUp(volume, inVolume(volume, name, folder), contents.group);
      made.add(folder);
    }
    makeFile(volume, inVolume(volume, name, rendered.path), rendered, contents.group);
  }
};
