import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Container } from '../manifest/pod-types.ts';
import { expand } from '../manifest/environment.ts';
import type { Image } from '../types.ts';

/** The command line of a container: the manifest's command or the image's entrypoint, then the manifest's arguments. */
export const containerCommand = (
  container: Container,
  image: Image,
  variables: ReadonlyMap<string, string>,
): string[] => {
  const words = [...(container.command ?? image.entrypoint ?? []), ...(container.args ?? [])];
  return words.map((word) => expand(word, variables));
};

/** Paths of the image's files become paths of the copies below the container's root; all other words stay. */
export const intoRoot = (command: readonly string[], image: Image, root: string): string[] =>
  command.map((word) => (Object.hasOwn(image.files ?? {}, word) ? join(root, word) : word));

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The file of a program, found as a shell would; undefined where there is none. */
export const findProgram = async (name: string, searchPath: string): Promise<string | undefined> => {
  const candidates = name.includes('/')
    ? [name]
    : searchPath
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, name));
  for (const candidate of candidates) if (await isExecutable(candidate)) return candidate;
  return undefined;
};
