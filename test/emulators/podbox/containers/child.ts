import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { isRoot } from '../machine.ts';
import type { ProcessUser } from '../manifest/users.ts';

export interface ChildRequest {
  /** Absolute path of the program. */
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Honoured where podbox runs as root. */
  readonly user: ProcessUser;
  readonly onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
}

/** A process of a container, with all that it starts. */
export interface Child {
  readonly pid: number;
  /** The exit code as a container runtime gives it, 128 + n for signal n, once all output has arrived. */
  readonly exited: Promise<number>;
  /** Sends a signal to the process alone, as to process 1 of a container. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** Kills it and all that it started. */
  readonly kill: () => void;
}

/**
 * `spawn` takes no supplementary groups, so a short program sets them and becomes the real one, in the same process.
 * Its arguments: groups, group, user, program, the program's arguments.
 */
const launcher = `
const [groups, group, user, program, ...rest] = process.argv.slice(1);
process.setgroups(groups.split(',').map(Number));
process.setgid(Number(group));
process.setuid(Number(user));
process.execve(program, [program, ...rest], process.env);
`;

const spawnAs = (request: ChildRequest): ChildProcess => {
  const { program, arguments: words, environment: env, folder: cwd, user } = request;
  // A group of its own, so that what the process starts can be killed with it, as the end of a container does.
  const options = { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[] };
  if (!isRoot()) return spawn(program, words, options);
  if (user.groups.length === 0) return spawn(program, words, { ...options, uid: user.uid, gid: user.gid });
  const identity = [user.groups.join(','), String(user.gid), String(user.uid)];
  const flags = ['--disable-warning=ExperimentalWarning', '--eval', launcher, '--'];
  return spawn(process.execPath, [...flags, ...identity, program, ...words], options);
};

const sendTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
};

const collect = (child: ChildProcess, onOutput: ChildRequest['onOutput']): void => {
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (chunk: Buffer) => {
      onOutput(chunk, stream);
    });
  }
};

/** How long output may still arrive after the end, from processes that have left the group. */
const lastOutputMilliseconds = 1000;

const waitForEnd = async (child: ChildProcess, pid: number): Promise<number> => {
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  sendTo(-pid, 'SIGKILL');
  const stop = new AbortController();
  const late = delay(lastOutputMilliseconds, undefined, { signal: stop.signal }).catch(() => undefined);
  await Promise.race([closed, late]);
  stop.abort();
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
};

/** Starts a process; throws where it cannot be started. */
export const startChild = async (request: ChildRequest): Promise<Child> => {
  const child = spawnAs(request);
  collect(child, request.onOutput);
  const { pid } = child;
  if (pid === undefined) throw (await once(child, 'error'))[0] as Error;
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid,
    exited: waitForEnd(child, pid),
    signal: (name) => {
      if (isAlive()) sendTo(pid, name);
    },
    kill: () => {
      if (isAlive()) sendTo(-pid, 'SIGKILL');
    },
  };
};
