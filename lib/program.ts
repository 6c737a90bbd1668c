import type { LogLevel, Logger } from './log.ts';
import { openLog } from './process-log.ts';
import type { Result } from './result.ts';

/** What a server's program is made of. */
export interface Program<Config extends { readonly logLevel: LogLevel }> {
  /** For problems with the command line. */
  readonly name: string;
  readonly parseFlags: (argv: readonly string[]) => Result<Config, readonly string[]>;
  /** Runs until the signal aborts; errors are what nobody but the installer can put right. */
  readonly run: (
    config: Config,
    log: Logger,
    signal: AbortSignal,
  ) => Promise<Result<void, readonly string[]>>;
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
  const ran = await run(config.value, log, stop.signal);
  if (ran.ok) return 0;
  for (const problem of ran.error) log.error({ problem }, 'cannot start');
  return 1;
};
