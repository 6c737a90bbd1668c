import { randomBytes } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorMessage } from '../../lib/error-message.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { FetchedFile } from './fetch.ts';

/** Writes beside it and renames, so that nobody reads half a file; a link in its place is replaced, not followed. */
const replaceFile = async (path: string, bytes: Buffer): Promise<void> => {
  const draft = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(draft, bytes, { mode: 0o600, flag: 'wx' });
  await rename(draft, path);
};

/** Writes files below a folder, which is made where it is not there. Files that are there already are replaced; others stay. */
export const writeFiles = async (
  folder: string,
  files: readonly FetchedFile[],
): Promise<Result<undefined, string>> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const { path, bytes } of files) await replaceFile(join(folder, path), bytes.reveal());
    return ok(undefined);
  } catch (error) {
    return err(`${folder}: the files cannot be written: ${errorMessage(error)}`);
  }
};
