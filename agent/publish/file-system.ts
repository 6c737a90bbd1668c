import * as fs from 'node:fs';

/**
 * What the publisher needs of the file system: Node's own calls, each one system call (reads and directory listings aside).
 * Handed in, so that tests can fail or kill a writer at any of them.
 */
export type FileSystem = Pick<
  typeof fs,
  | 'closeSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fstatSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readFileSync'
  | 'readdirSync'
  | 'readlinkSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'symlinkSync'
  | 'unlinkSync'
  | 'writeSync'
>;

export const nodeFileSystem: FileSystem = fs;

/** The code of an error that a system call gave (`ENOSPC`), or undefined for any other thing thrown. */
export const systemErrorCode = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error))
    return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
};

/** The result of a call, or undefined where it failed with one of these codes. */
export const unless = <T>(codes: readonly string[], call: () => T): T | undefined => {
  try {
    return call();
  } catch (error) {
    if (codes.includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
};
