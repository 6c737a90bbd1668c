import { pino, type DestinationStream } from 'pino';
import type { Logger, LogLevel } from './log.ts';

/** A destination that writes each turn of the event loop at once. */
interface TurnStream extends DestinationStream {
  /** Writes what this turn has logged so far. */
  flush(): void;
}

/**
 * Writes what one turn of the event loop logs with one call of the kernel: a busy webhook decides on several pods in a turn, a busy
 * broker answers several, and a call for each line would be a good part of its time. An idle one writes at once. `schedule` is `setImmediate`.
 */
export const onceATurn = (stream: DestinationStream, schedule: (flush: () => void) => void): TurnStream => {
  let lines = '';
  const flush = (): void => {
    if (lines === '') return;
    const text = lines;
    lines = '';
    stream.write(text);
  };
  return {
    write: (line) => {
      if (lines === '') schedule(flush);
      lines += line;
    },
    flush,
  };
};

/** A server's log on standard output, JSON lines; `close` writes what is left, for a process that ends. */
export const openLog = (level: LogLevel): { readonly log: Logger; readonly close: () => void } => {
  const stream = onceATurn(pino.destination({ sync: true }), setImmediate);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return {
    log: pino(options, stream),
    close: () => {
      stream.flush();
    },
  };
};
