import { createHash } from 'node:crypto';
import { fstatSync, openSync, closeSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import type { FileReading, Reading } from './reading.ts';

/**
 * The app of this driver's pods: reads its secrets over and over, and logs what it found whenever that changes and once a second.
 * `node -e <this> follow` goes on until SIGTERM; `once` reads one time, and fails where there is nothing.
 */

const folder = '/secrets';
const pauseMilliseconds = 20;
const reportMilliseconds = 1000;

const startedAt = Math.round(Date.now() - process.uptime() * 1000);

const readFile = (path: string): FileReading => {
  const file = openSync(path, 'r');
  try {
    const { mode, uid, gid } = fstatSync(file);
    const value = readFileSync(file);
    return {
      hash: createHash('sha256').update(value).digest('hex').slice(0, 12),
      bytes: value.length,
      mode: (mode & 0o7777).toString(8).padStart(4, '0'),
      uid,
      gid,
    };
  } finally {
    closeSync(file);
  }
};

const filesBelow = (root: string): string[] =>
  readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();

/** All files of one generation: the link is resolved once, so a publish in between cannot mix two. */
const readGeneration = (): Record<string, FileReading> => {
  const root = realpathSync(join(folder, '..data'));
  return Object.fromEntries(filesBelow(root).map((name) => [name, readFile(join(root, name))]));
};

class Reader {
  #reads = 0;
  #failures = 0;
  #said = '';
  #saidAt = 0;
  #names: readonly string[] = [];

  look(): Reading {
    this.#reads += 1;
    const files = this.#readFiles();
    this.#names = Object.keys(files);
    const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
    return { startedAt, uid, gid, reads: this.#reads, failures: this.#failures, files };
  }

  /** Looks, and says so where there is news or it has been silent for a while. */
  report(): void {
    const reading = this.look();
    const seen = JSON.stringify([reading.failures, reading.files]);
    if (seen === this.#said && performance.now() - this.#saidAt < reportMilliseconds) return;
    this.#said = seen;
    this.#saidAt = performance.now();
    process.stdout.write(`${JSON.stringify(reading)}\n`);
  }

  #readFiles(): Record<string, FileReading> {
    try {
      // By plain path, as apps do: a name that was there has to be there at all times.
      for (const name of this.#names) readFile(join(folder, name));
      return readGeneration();
    } catch {
      // Before the first generation there is nothing to miss.
      if (this.#names.length > 0) this.#failures += 1;
      return {};
    }
  }
}

const reader = new Reader();
if (process.argv.includes('once')) {
  const reading = reader.look();
  process.stdout.write(`${JSON.stringify(reading)}\n`);
  process.exitCode = Object.keys(reading.files).length > 0 ? 0 : 1;
} else {
  // The first process of a container is ended by signals only if it asks for it.
  process.on('SIGTERM', () => process.exit(0));
  setInterval(() => {
    reader.report();
  }, pauseMilliseconds);
  reader.report();
}
