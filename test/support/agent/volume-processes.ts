import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Report } from './reader-main.ts';

const program = (name: string): string => join(import.meta.dirname, name);

export interface Reader {
  /** Ends the process and says what it saw. */
  finish(): Promise<Report>;
}

/** Starts a reader process; resolves once it has read everything once. */
export const startReader = async (kind: 'consistent' | 'plain', folder: string): Promise<Reader> => {
  const child = fork(program('reader-main.ts'), [kind, folder], { execArgv: [] });
  await once(child, 'message');
  return {
    finish: async () => {
      child.send('finish');
      const [report] = (await once(child, 'message')) as [Report];
      return report;
    },
  };
};

export interface WriterOptions {
  readonly folder: string;
  readonly first: number;
  readonly count?: number;
  /** Which of the calls that change the volume the process is killed before; none unless told. */
  readonly killBefore?: number;
  /** Default: 10 s. */
  readonly keepMilliseconds?: number;
}

/** Runs a writer process to its end. Resolves to how it ended: `done`, or `killed` where the call to be killed before came. */
export const runWriter = async (options: WriterOptions): Promise<'done' | 'killed'> => {
  const { folder, first, count = 1, killBefore = 0, keepMilliseconds = 10_000 } = options;
  const numbers = [first, count, killBefore, keepMilliseconds].map(String);
  const child: ChildProcess = fork(program('writer-main.ts'), [folder, ...numbers], { execArgv: [] });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  if (code !== 0) throw new Error(`the writer ended with ${code ?? signal ?? ''}`);
  return 'done';
};
