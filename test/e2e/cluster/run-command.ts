import { spawn } from 'node:child_process';

export interface CommandAnswer {
  /** Exit code, or -1 where the program could not be started or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly command: string;
  readonly arguments: readonly string[];
  /** Written to its standard input. */
  readonly input?: string;
  /** Ends the program when it aborts. */
  readonly signal: AbortSignal;
}

/** Runs a program to its end and collects what it prints. Never rejects: what went wrong is in the answer. */
export const runCommand = (options: CommandOptions): Promise<CommandAnswer> =>
  new Promise((resolve) => {
    const child = spawn(options.command, options.arguments, { signal: options.signal });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.on('error', () => undefined).end(options.input ?? '');
    child.on('error', (error) => {
      resolve({ code: -1, stdout, stderr: stderr || error.message });
    });
    child.on('close', (code) => {
      resolve({ code: code ?? -1, stdout, stderr });
    });
  });
