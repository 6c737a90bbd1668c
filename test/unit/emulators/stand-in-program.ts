import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import { build } from 'esbuild';

/** A program that was started; of one that ended at once the addresses are empty. */
export interface Started {
  readonly child: ChildProcess;
  readonly output: string;
  readonly url: string;
  /** Of each place, where there are several. */
  readonly urls: Readonly<Record<string, string>>;
  readonly caPem: string;
}

export interface StandInProgram {
  readonly folder: string;
  /** The bundle. */
  readonly program: string;
  /** Writes a file into the folder; its path. */
  readonly file: (name: string, content: string) => string;
  /** Starts it on a free port and waits until it listens, or ends. */
  readonly start: (...flags: readonly string[]) => Promise<Started>;
}

/** A stand-in as the one file that runs in a pod; it is made before the tests of a file, and everything is gone after them. */
export const standInProgram = (name: 'aws' | 'bitwarden' | 'vault'): StandInProgram => {
  const folder = mkdtempSync(join(tmpdir(), `${name}-stand-in-`));
  const program = join(folder, `${name}.cjs`);
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    const entryPoints = [join(import.meta.dirname, '../../emulators', name, 'main.ts')];
    const options = { bundle: true, platform: 'node', format: 'cjs', minify: true } as const;
    await build({ ...options, entryPoints, outfile: program });
  });
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return {
    folder,
    program,
    file: (fileName, content) => {
      const path = join(folder, fileName);
      writeFileSync(path, content);
      return path;
    },
    start: async (...flags) => {
      const caFile = join(folder, `ca-${running.length}.pem`);
      const child = spawn(process.execPath, [program, '--port', '0', '--ca-file', caFile, ...flags]);
      running.push(child);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      while (!output.includes('"listening"') && child.exitCode === null)
        await Promise.race([once(child.stdout, 'data'), once(child, 'close')]);
      const nowhere = { child, output, url: '', urls: {}, caPem: '' };
      if (child.exitCode !== null) return nowhere;
      const said = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Pick<Started, 'url'>;
      return { ...nowhere, ...said, caPem: readFileSync(caFile, 'utf8') };
    },
  };
};
