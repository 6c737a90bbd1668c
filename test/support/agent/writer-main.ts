import { constants, writeSync } from 'node:fs';
import type { FileSystem } from '../../../agent/publish/file-system.ts';
import { systemClock } from '../../../lib/clock.ts';
import { interceptedFileSystem } from './failing-file-system.ts';
import { numberedFiles } from './numbered-files.ts';
import { makePublisher } from './volume.ts';

export interface WriterOptions {
  readonly folder: string;
  readonly first: number;
  readonly count?: number;
  /** Which of the calls that change the volume the process is killed before, counted in its last generation; none unless told. */
  readonly killBefore?: number;
  /** Which calls count: those of a publish with what comes before it, unless told. */
  readonly killWhile?: 'publishing' | 'pruning';
  /** Default: 10 s. */
  readonly keepMilliseconds?: number;
}

/**
 * A process that publishes numbered generations and kills itself before one of the calls that change the volume. Takes its
 * `WriterOptions` as JSON. A write is killed half done. Calls that only read leave nothing behind, so a kill before one is a
 * kill before the next that writes.
 */

const options = JSON.parse(process.argv[2] ?? '') as WriterOptions;
const {
  folder,
  first,
  count = 1,
  killBefore = 0,
  killWhile = 'publishing',
  keepMilliseconds = 10_000,
} = options;

const changing: ReadonlySet<keyof FileSystem> = new Set<keyof FileSystem>([
  'fchmodSync',
  'fchownSync',
  'mkdirSync',
  'renameSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
  'writeSync',
]);

const last = first + count - 1;
let generation = first;
let phase: WriterOptions['killWhile'] = 'publishing';
let calls = 0;
const fileSystem: FileSystem = interceptedFileSystem((name, args) => {
  const creates = name === 'openSync' && ((args[1] as number) & constants.O_CREAT) !== 0;
  if (generation !== last || phase !== killWhile || (!changing.has(name) && !creates)) return;
  calls += 1;
  if (calls !== killBefore) return;
  if (name === 'writeSync') {
    const [file, bytes] = args as [number, Buffer];
    writeSync(file, bytes.subarray(0, bytes.length / 2));
  }
  process.kill(process.pid, 'SIGKILL');
});

const clock = systemClock;
const publisher = makePublisher(folder, { fileSystem, clock, keepMilliseconds });
const problems: unknown[] = [];
const recovered = publisher.recover();
if (!recovered.ok) problems.push(recovered.error);
for (; generation <= last; generation += 1) {
  const published = publisher.publish({
    files: numberedFiles(generation),
    group: process.getgid?.() ?? null,
  });
  if (!published.ok) problems.push(published.error);
  phase = 'pruning';
  const pruned = publisher.prune();
  phase = 'publishing';
  if (!pruned.ok) problems.push(pruned.error);
  // Readers get their turn.
  await clock.sleep(1);
}
if (problems.length > 0) throw new Error(JSON.stringify(problems));
