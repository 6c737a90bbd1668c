import { unless, type FileSystem } from './file-system.ts';
import { currentGeneration, dataLink, dataLinkDraft, inVolume, type Volume } from './volume.ts';

/** Where a visible name points: through `..data`, so that one rename moves them all. */
const targetOf = (name: string): string => `${dataLink}/${name}`;

const draftName = '..link_tmp';

const removeIfThere = (fileSystem: FileSystem, path: string): void => {
  unless(['ENOENT'], () => {
    fileSystem.unlinkSync(path);
  });
};

/** Removes what a killed publisher may have been about to rename. */
export const removeDrafts = (volume: Volume): void => {
  for (const name of [dataLinkDraft, draftName]) removeIfThere(volume.fileSystem, inVolume(volume, name));
};

/** The top-level names that a generation's paths make visible; sorted. */
export const visibleNames = (paths: readonly string[]): readonly string[] =>
  [...new Set(paths.map((path) => path.split('/', 1)[0] ?? path))].sort();

const linkTarget = (volume: Volume, name: string): string | undefined =>
  unless(['ENOENT', 'EINVAL'], () => volume.fileSystem.readlinkSync(inVolume(volume, name)));

/** Makes the missing links. What else stands at a name of ours is replaced by a rename, so that the name is never gone. */
export const addLinks = (volume: Volume, names: readonly string[]): void => {
  const { fileSystem } = volume;
  const draft = inVolume(volume, draftName);
  for (const name of names) {
    if (linkTarget(volume, name) === targetOf(name)) continue;
    removeIfThere(fileSystem, draft);
    fileSystem.symlinkSync(targetOf(name), draft);
    fileSystem.renameSync(draft, inVolume(volume, name));
  }
};

/** Removes the links of ours that no longer have a file. Whatever is not exactly such a link stays. */
export const removeOtherLinks = (volume: Volume, names: readonly string[]): void => {
  const wanted = new Set(names);
  for (const name of volume.fileSystem.readdirSync(volume.folder)) {
    if (name.startsWith('..') || wanted.has(name)) continue;
    if (linkTarget(volume, name) === targetOf(name)) removeIfThere(volume.fileSystem, inVolume(volume, name));
  }
};

/** Whether a generation is in the volume with every visible link that it needs: readers find all of it. */
export const isGenerationOut = (volume: Volume): boolean => {
  const current = currentGeneration(volume);
  if (current === undefined) return false;
  const names = unless(['ENOENT'], () => volume.fileSystem.readdirSync(inVolume(volume, current)));
  return names?.every((name) => linkTarget(volume, name) === targetOf(name)) === true;
};
