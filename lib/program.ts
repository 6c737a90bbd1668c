import { systemClock, type Clock } from './clock.ts';
import type { LogLevel, Logger } from './log.ts';
import { openLog } from './process-log.ts';
import type { Result } from './result.ts';

/** What a server is run with. */
export interface RunOptions<Config> {
  readonly config: Config;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Aborts when the process is asked to end. */
  readonly signal: AbortSignal;
}

/** What a server's program is made of. */
export interface Program<Config extends { readonly logLevel: LogLevel }> {
  /** For problems with the command line. */
  readonly name: string;
  readonly parseFlags: (argv: readonly string[]) => Result<Config, readonly string[]>;
  /** Runs until the signal aborts; errors are what nobody but the installer can put right. */
  readonly run: (options: RunOptions<Config>) => Promise<Result<void, readonly string[]>>;
}

/** The part of the process that a program needs. */
type ProgramProcess = Pick<NodeJS.Process, 'argv' | 'stderr' | 'once'>;

const usageError = 2;

/** Runs a server until it is asked to end (SIGTERM, SIGINT), and returns the exit code. */
export const runProgram = async <Config extends { readonly logLevel: LogLevel }>(
  process: ProgramProcess,
  { name, parseFlags, run }: Program<Config>,
): Promise<number> => {
  const config = parseFlags(process.argv.slice(2));
  if (!config.ok) {
    for (const problem of config.error) process.stderr.write(`${name}: ${problem}\n`);
    return usageError;
  }
  const { log, close } = openLog(config.value.logLevel);
  process.once('exit', close);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  const common = { clock: systemClock, random: Math.random, log };
  const ran = await run({ ...common, config: config.value, signal: stop.signal });
  if (ran.ok) return 0;
  for (const problem of ran.error) log.error({ problem }, 'cannot start');
  return 1;
};
