import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

/** Loaded before the broker (`--import`, with `--expose-gc`): writes what is reachable in its heap to a file whenever SIGUSR2 comes. */
let count = 0;
process.on('SIGUSR2', async () => {
  // What the last turn of the event loop has dropped, and what weak references kept for the turn.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc();
    await setImmediate();
  }
  const file = join(tmpdir(), `keyferry-${process.pid}-${(count += 1)}.heapsnapshot`);
  writeHeapSnapshot(file);
  process.stdout.write(`${JSON.stringify({ heapSnapshot: file })}\n`);
});
