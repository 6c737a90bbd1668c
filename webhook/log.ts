import { pino, type DestinationStream } from 'pino';
import type { Logger, LogLevel } from '../lib/log.ts';

/** A stream that keeps what it is given until it is told to write it. */
interface Buffered extends DestinationStream {
  flushSync(): void;
}

/** What a turn of the event loop may log before it is written all the same, in bytes. */
const mostBytes = 64 * 1024;

/**
 * Writes what one turn of the event loop logs with one call of the kernel: a busy webhook decides on several pods in a turn, and a call
 * for each line would be a tenth of its time. An idle one writes at once. `schedule` is `setImmediate`.
 */
export const onceATurn = (stream: Buffered, schedule: (flush: () => void) => void): DestinationStream => {
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    stream.flushSync();
  };
  return {
    write: (line) => {
      stream.write(line);
      if (scheduled) return;
      scheduled = true;
      schedule(flush);
    },
  };
};

/** The webhook's log on standard output, JSON lines; `close` writes what is left, for a process that ends. */
export const openLog = (level: LogLevel): { readonly log: Logger; readonly close: () => void } => {
  const stream = pino.destination({ minLength: mostBytes, sync: true });
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return {
    log: pino(options, onceATurn(stream, setImmediate)),
    close: () => {
      stream.flushSync();
    },
  };
};
