import { pino, stdTimeFunctions, destination } from 'pino';
import type { Logger, LogLevel } from '../lib/log.ts';

/**
 * The agent's log: JSON lines on standard output, written before the call returns, so that nothing is lost at an exit. Callers
 * hand it names, codes and sentences of ours; never values, never errors of libraries as they are.
 */
export const openLog = (level: LogLevel): Logger => {
  const output = destination({ fd: 1, sync: true });
  // Nobody reads the log any more: no reason to leave the app without fresh secrets.
  output.on('error', () => undefined);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    output,
  );
};
