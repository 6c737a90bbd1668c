import { nodeFileSystem, type FileSystem } from '../../../agent/publish/file-system.ts';

export interface Failure {
  readonly call: keyof FileSystem;
  readonly code: string;
  /** Which of the calls fail, counted from 0; all of them unless told. */
  readonly when?: (count: number) => boolean;
}

type Call = (...args: unknown[]) => unknown;

/** The real file system with something done before each call; throwing there is the call's failure. */
export const interceptedFileSystem = (
  before: (name: keyof FileSystem, args: readonly unknown[]) => void,
): FileSystem => {
  const calls = Object.keys(callNames) as (keyof FileSystem)[];
  const wrapped = calls.map((name) => {
    const call = nodeFileSystem[name] as Call;
    const intercepted: Call = (...args) => {
      before(name, args);
      return call(...args);
    };
    return [name, intercepted] as const;
  });
  return Object.fromEntries(wrapped) as unknown as FileSystem;
};

/** Every call of the interface; the compiler says so if one is added. */
const callNames: Readonly<Record<keyof FileSystem, true>> = {
  closeSync: true,
  fchmodSync: true,
  fchownSync: true,
  fstatSync: true,
  lstatSync: true,
  mkdirSync: true,
  openSync: true,
  readFileSync: true,
  readdirSync: true,
  readlinkSync: true,
  renameSync: true,
  rmdirSync: true,
  symlinkSync: true,
  unlinkSync: true,
  writeSync: true,
};

/** What Node throws where the system refuses a call. */
export const systemError = (code: string, syscall: string): Error =>
  Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });

/** A file system in which some calls fail as the system would make them. `failed` counts them. */
export const failingFileSystem = (failure: Failure): { fileSystem: FileSystem; failed: () => number } => {
  let count = 0;
  let failed = 0;
  const fileSystem = interceptedFileSystem((name) => {
    if (name !== failure.call) return;
    const fails = failure.when?.(count) ?? true;
    count += 1;
    if (!fails) return;
    failed += 1;
    throw systemError(failure.code, name);
  });
  return { fileSystem, failed: () => failed };
};
