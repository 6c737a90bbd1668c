import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import type { Result } from '../../../lib/result.ts';

/** A server that a program runs. */
export interface RunningServer {
  readonly caPem: string;
  close(): Promise<void>;
}

export interface Program {
  readonly usage: string;
  /** Starts the server by the command line and the environment. Throws on what is wrong with them. */
  readonly start: (
    argv: readonly string[],
    environment: Readonly<Record<string, string | undefined>>,
  ) => Promise<RunningServer>;
}

/** Reads a configuration file, an empty one where none is named. Throws on what is wrong with it. */
export function readConfigFile<T>(
  path: string | undefined,
  parse: (content: string) => Result<T, string>,
): T {
  const config = parse(path === undefined ? '{}' : readFileSync(path, 'utf8'));
  if (!config.ok) throw new Error(config.error);
  return config.value;
}

/** Gives out the certificate of the server's authority where that is wanted (`-`: on standard output), and says where it listens. */
export function announce(
  { caPem }: RunningServer,
  caFile: string | undefined,
  addresses: Readonly<Record<string, unknown>>,
): void {
  if (caFile === '-') process.stdout.write(caPem);
  else if (caFile !== undefined) writeFileSync(caFile, caPem);
  process.stdout.write(`${JSON.stringify({ message: 'listening', ...addresses })}\n`);
}

/** Runs a stand-in until it is told to end. What keeps it from starting is said with the usage. */
export function runProgram({ usage, start }: Program): void {
  start(process.argv.slice(2), process.env).then(
    (server) => {
      for (const signal of ['SIGTERM', 'SIGINT'])
        process.once(signal, () => {
          void server.close();
        });
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
      process.exitCode = 1;
    },
  );
}
