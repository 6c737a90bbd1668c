import type { LevelWithSilent, Logger as PinoLogger } from 'pino';

/** What our code needs of a logger: pino's calls, an object of fields first, then a sentence. */
export type Logger = Pick<PinoLogger, 'debug' | 'info' | 'warn' | 'error'>;

export type LogLevel = LevelWithSilent;

/** A logger that says nothing, for callers that have nowhere to say it. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
