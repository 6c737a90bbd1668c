import { writeSync } from 'node:fs';
import process from 'node:process';
import { describeThrown } from '../lib/thrown.ts';

/** The only file of the agent that touches the process. */

const standardOutput = 1;

/** Node's own report of an uncaught error quotes its message, which may quote a secret; ours does not. */
const crash = (error: unknown): never => {
  const line = { level: 'error', thrown: describeThrown(error), msg: 'Keyferry failed: this is a bug' };
  writeSync(standardOutput, `${JSON.stringify(line)}\n`);
  process.exit(1);
};

/** The `postStart` hook starts with every pod: it loads nothing that it does not need. */
const wait = async (): Promise<number> => {
  const { waitForGeneration } = await import('./wait.ts');
  const { exitCode, line } = await waitForGeneration(process.env);
  writeSync(standardOutput, `${line}\n`);
  return exitCode;
};

const runAgent = async (mode: string | undefined): Promise<number> => {
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // Without a listener of ours this signal opens Node's debugger.
  process.on('SIGUSR1', () => undefined);
  const { start } = await import('./start.ts');
  return start({ mode, environment: process.env, execArguments: process.execArgv, stop: stop.signal });
};

process.umask(0o077);
process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);
const mode = process.argv[2];
void (mode === 'wait' ? wait() : runAgent(mode)).then((exitCode) => process.exit(exitCode), crash);
