import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PairReport } from './pair-reader-main.ts';
import type { Report } from './reader-main.ts';
import type { WriterOptions } from './writer-main.ts';

const started = new Set<ChildProcess>();

let bundles: string | undefined;

/** The programs as one plain file each: a writer that lives for a moment must not spend its time on its sources. */
const bundled = (name: string): string => {
  if (bundles === undefined) {
    bundles = mkdtempSync(join(tmpdir(), 'keyferry-programs-'));
    const sources = ['reader-main.ts', 'pair-reader-main.ts', 'writer-main.ts'].map((source) =>
      join(import.meta.dirname, source),
    );
    const options = [
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--out-extension:.js=.mjs',
      `--outdir=${bundles}`,
    ];
    execFileSync(createRequire(import.meta.url).resolve('esbuild/bin/esbuild'), [
      ...sources,
      ...options,
      '--log-level=error',
    ]);
  }
  return join(bundles, name.replace('.ts', '.mjs'));
};

/** Removes what `bundled` made; for `afterAll`. */
export const removeBundles = (): void => {
  if (bundles !== undefined) rmSync(bundles, { recursive: true });
  bundles = undefined;
};

const startProcess = (name: string, args: readonly string[]): ChildProcess => {
  const child = fork(bundled(name), args, { execArgv: [] });
  started.add(child);
  child.once('exit', () => started.delete(child));
  return child;
};

/** Ends what a failed test left running; for `afterEach`. */
export const killProcesses = (): void => {
  for (const child of started) child.kill('SIGKILL');
};

export interface Reader<Saw = Report> {
  /** Ends the process and says what it saw. */
  finish(): Promise<Saw>;
}

const startReading = async <Saw>(name: string, args: readonly string[]): Promise<Reader<Saw>> => {
  const child = startProcess(name, args);
  await once(child, 'message');
  return {
    finish: async () => {
      child.send('finish');
      const [report] = (await once(child, 'message')) as [Saw];
      return report;
    },
  };
};

/** Starts a reader process; resolves once it has read everything once. */
export const startReader = (kind: 'consistent' | 'plain', folder: string): Promise<Reader> =>
  startReading('reader-main.ts', [kind, folder]);

/** The same of one that looks for rotations that are mixed. */
export const startPairReader = (folder: string): Promise<Reader<PairReport>> =>
  startReading('pair-reader-main.ts', [folder]);

/** Runs a writer process to its end. Resolves to how it ended: `done`, or `killed` where the call to be killed before came. */
export const runWriter = async (options: WriterOptions): Promise<'done' | 'killed'> => {
  const child = startProcess('writer-main.ts', [JSON.stringify(options)]);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return 'killed';
  if (code !== 0) throw new Error(`the writer ended with ${code ?? signal ?? ''}`);
  return 'done';
};
