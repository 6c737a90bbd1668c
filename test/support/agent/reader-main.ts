import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { numberedPaths, numberOf } from './numbered-files.ts';

/**
 * A process that reads a volume over and over, as an app would, until its parent lets go of it. Usage: reader-main.ts
 * consistent|plain <folder>. Reports what it saw in one message.
 */

const [kind = '', folder = ''] = process.argv.slice(2);

export interface Report {
  rounds: number;
  /** Files that were not there. */
  missing: number;
  /** Files that were not whole. */
  torn: number;
  /** Rounds of a consistent reader with files of more than one generation. */
  mixed: number;
  /** Files that went back to an older generation. */
  backwards: number;
  /** Different generations that were seen. */
  generations: number;
  /** What was wrong first. */
  first: string;
}

const report: Report = { rounds: 0, missing: 0, torn: 0, mixed: 0, backwards: 0, generations: 0, first: '' };
const seen = new Set<number>();
const latest = new Map<string, number>();

const note = (what: 'missing' | 'torn' | 'mixed' | 'backwards', detail: string): void => {
  report[what] += 1;
  if (report.first === '') report.first = `${what}: ${detail}`;
};

const readOne = (base: string, path: string): number | undefined => {
  let text: string;
  try {
    text = readFileSync(join(base, path), 'utf8');
  } catch (error) {
    note('missing', String(error));
    return undefined;
  }
  const number = numberOf(text);
  if (number === undefined) {
    note('torn', `${path}: ${text.slice(0, 20)}...${text.length}`);
    return undefined;
  }
  if (number < (latest.get(path) ?? 0)) note('backwards', path);
  latest.set(path, number);
  seen.add(number);
  return number;
};

const readRound = (): void => {
  const base = kind === 'consistent' ? realpathSync(join(folder, '..data')) : folder;
  const numbers = new Set(numberedPaths.map((path) => readOne(base, path)));
  if (kind === 'consistent' && numbers.size !== 1) note('mixed', [...numbers].join(' '));
  report.rounds += 1;
};

const loop = (): void => {
  readRound();
  if (report.rounds === 1) process.send?.('reading');
  // The writer is to get on as well, on a machine with few cores.
  setTimeout(loop, 2);
};

// The parent is gone, or has given up.
process.on('disconnect', () => process.exit(1));
process.on('message', () => {
  process.send?.({ ...report, generations: seen.size }, undefined, undefined, () => process.exit(0));
});
loop();
