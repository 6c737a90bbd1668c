import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';

/** A `file` store takes no more than this of one file, in bytes. */
export const maximumFileBytes = 1024 * 1024;

export interface Place {
  /** What is to be opened. */
  readonly path: string;
  /** The folder that it must be below once all links are resolved. */
  readonly root: string;
}

/** What stands at a place. */
export type Found =
  | { readonly kind: 'file'; readonly bytes: Redacted<Buffer> }
  | { readonly kind: 'folder'; readonly path: string };

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'unknown';

/** A refusal of the system in the words of providers. Paths are the plan's own, so our sentence need not repeat them. */
export const systemProblem = (error: unknown, absent: ProviderError): ProviderError => {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return absent;
  if (code === 'EACCES' || code === 'EPERM')
    return providerError('denied', `the file may not be read (${code})`);
  if (['ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE'].includes(code))
    return providerError('invalid', `the path cannot be followed (${code})`);
  return providerError('unavailable', `the file cannot be read (${code})`);
};

export const leadsOut = (): ProviderError =>
  providerError('denied', 'the path leads out of the folder that file stores may read');

/** Whether a path is a folder or in it; both with their links resolved. */
export const isBelow = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);

/** Reads one byte more than the file had when it was opened, so that one that is being written is caught. */
const readWhole = async (
  file: FileHandle,
  size: number,
): Promise<Result<Redacted<Buffer>, ProviderError>> => {
  if (size > maximumFileBytes)
    return err(providerError('invalid', `the file has more than ${maximumFileBytes} bytes`));
  const buffer = Buffer.alloc(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) return ok(new Redacted(buffer.subarray(0, length)));
    length += bytesRead;
  }
  return err(providerError('unavailable', 'the file grew while it was read'));
};

const readOpened = async (file: FileHandle, path: string): Promise<Result<Found, ProviderError>> => {
  const stat = await file.stat();
  if (stat.isDirectory()) return ok({ kind: 'folder', path });
  if (!stat.isFile()) return err(providerError('invalid', 'the path is neither a file nor a folder'));
  const bytes = await readWhole(file, stat.size);
  return bytes.ok ? ok({ kind: 'file', bytes: bytes.value }) : bytes;
};

/**
 * Opens what stands at a place, following links as long as they stay below the root.
 *
 * @param absent the error where nothing stands there
 */
export const readBelow = async (
  { path, root }: Place,
  absent: ProviderError,
): Promise<Result<Found, ProviderError>> => {
  try {
    const [realPath, realRoot] = [await realpath(path), await realpath(root)];
    if (!isBelow(realPath, realRoot)) return err(leadsOut());
    // Resolved already: a link that has come in between is refused. A pipe without a writer must not hold us up.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(realPath, flags);
    return await readOpened(file, realPath);
  } catch (error) {
    return err(systemProblem(error, absent));
  }
};
