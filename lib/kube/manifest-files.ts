import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, errorMessage } from '../error-message.ts';
import type { ManifestText } from './documents.ts';

export interface ManifestFiles {
  readonly texts: readonly ManifestText[];
  readonly problems: readonly string[];
}

const isManifestName = (name: string): boolean => /\.(?:ya?ml|json)$/iu.test(name);

/**
 * The manifest files below a folder, in order. Hidden names are skipped, so that a mounted ConfigMap (links to `..data/<file>`) is read
 * once; links to folders are not followed, so that there is no way round in a circle.
 */
const filesBelow = async (folder: string): Promise<string[]> => {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(path)));
    else if (isManifestName(entry.name) && (await stat(path)).isFile()) files.push(path);
  }
  return files;
};

const filesOf = async (path: string): Promise<string[]> =>
  (await stat(path)).isDirectory() ? filesBelow(path) : [path];

const reasonOf = (error: unknown): string =>
  errorCode(error) === 'ENOENT' ? 'there is no such file or folder' : errorMessage(error);

/**
 * Reads files, folders (with their subfolders: names that end in .yaml, .yml or .json) and `-`, which stands for `standardInput`. A path
 * that cannot be read is a problem, not an error.
 */
export const readManifestFiles = async (
  paths: readonly string[],
  standardInput = '',
): Promise<ManifestFiles> => {
  const texts: ManifestText[] = [];
  const problems: string[] = [];
  for (const path of paths) {
    if (path === '-') {
      texts.push({ name: '-', text: standardInput });
      continue;
    }
    try {
      for (const file of await filesOf(path)) texts.push({ name: file, text: await readFile(file, 'utf8') });
    } catch (error) {
      problems.push(`${path}: ${reasonOf(error)}`);
    }
  }
  return { texts, problems };
};
