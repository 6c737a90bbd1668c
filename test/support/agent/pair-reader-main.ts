import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A process that reads whole generations of a volume over and over, as an app that resolves `..data` would, until its parent lets go of
 * it. Usage: pair-reader-main.ts <folder>. In every file each `rotation-<number>` has to be of one rotation.
 */

const [folder = ''] = process.argv.slice(2);

export interface PairReport {
  rounds: number;
  /** Rounds that saw more than one rotation in a generation. */
  mixed: number;
  /** Different rotations that were seen. */
  rotations: number;
  /** What was wrong first. */
  first: string;
}

const report: PairReport = { rounds: 0, mixed: 0, rotations: 0, first: '' };
const seen = new Set<string>();

const readAll = (base: string): string =>
  readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

const readRound = (): void => {
  const numbers = new Set(readAll(realpathSync(join(folder, '..data'))).match(/rotation-\d+/g));
  for (const number of numbers) seen.add(number);
  if (numbers.size !== 1) {
    report.mixed += 1;
    if (report.first === '') report.first = [...numbers].join(' ');
  }
  report.rounds += 1;
};

const loop = (): void => {
  readRound();
  if (report.rounds === 1) process.send?.('reading');
  setTimeout(loop, 1);
};

process.on('disconnect', () => process.exit(1));
process.on('message', () => {
  process.send?.({ ...report, rotations: seen.size }, undefined, undefined, () => process.exit(0));
});
loop();
