import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface LineSource {
  readonly command: string;
  readonly arguments: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Starts a program and gives its lines as they come, until it ends, the signal aborts or the caller has seen enough; in each case it is
 * ended. Where it fails of its own accord the iteration throws what it said on standard error.
 */
export async function* linesOf(source: LineSource): AsyncGenerator<string, void> {
  const child = spawn(source.command, source.arguments, { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => {
    child.kill();
  };
  const isOver = (): boolean => source.signal.aborted;
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const closed = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      complaint ||= error.message;
      resolve(-1);
    });
    child.on('close', resolve);
  });
  source.signal.addEventListener('abort', end);
  try {
    if (isOver()) return;
    for await (const line of createInterface({ input: child.stdout })) yield line;
    const code = await closed;
    if (code !== 0 && !isOver()) throw new Error(complaint.trim());
  } finally {
    source.signal.removeEventListener('abort', end);
    end();
  }
}
