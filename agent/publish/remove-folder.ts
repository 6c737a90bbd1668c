import { join } from 'node:path';
import { unless, type FileSystem } from './file-system.ts';

/** Removes a folder and what is in it. Links are removed, never followed; what is gone already is fine. */
export const removeFolder = (fileSystem: FileSystem, folder: string): void => {
  const entries = unless(['ENOENT'], () => fileSystem.readdirSync(folder, { withFileTypes: true })) ?? [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removeFolder(fileSystem, path);
    else
      unless(['ENOENT'], () => {
        fileSystem.unlinkSync(path);
      });
  }
  unless(['ENOENT'], () => {
    fileSystem.rmdirSync(folder);
  });
};
