import { spawn, spawnSync, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Whether processes can be kept to a core: `taskset` of util-linux is there, and there is more than one core. */
const canPin = cpus().length > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The command of the very Node that this process runs on. */
export const nodeCommand = (args: readonly string[]): readonly string[] => [process.execPath, ...args];

/** A command kept to one core, where that can be done. */
export const pinned = (core: number, command: readonly string[]): readonly string[] =>
  canPin ? ['taskset', '--cpu-list', `${core}`, ...command] : command;

/** Starts a command with an environment of its own: nothing of ours is handed on but the path. */
export const run = (
  command: readonly string[],
  stdio: StdioOptions,
  environment: Readonly<Record<string, string>> = {},
): ChildProcess => {
  const [program = '', ...args] = command;
  return spawn(program, args, { env: { PATH: process.env['PATH'], ...environment }, stdio });
};

/** Ends a process and waits until it is gone. */
export const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
};

/**
 * Processor time that a process has had so far, in milliseconds: of all its threads, the collector's and the compiler's too.
 * The kernel's scheduler counts it in nanoseconds (https://docs.kernel.org/scheduler/sched-stats.html).
 */
export const processorTime = (pid: number): number => {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, value) => sum + value, 0) / 1e6;
};

/** A line `<name>: <number> kB` of a file below `/proc/<pid>`, in bytes. */
export const procBytes = (pid: number, file: 'status' | 'smaps_rollup', name: string): number => {
  const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
  const kibibytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/${file} has no ${name}`);
  return Number(kibibytes) * 1024;
};
