import { closeSync, constants, openSync, writeSync } from 'node:fs';

/** Keeps the process's memory out of core dumps (core(5)). Best effort: not every kernel and container lets us. */
export const refuseCoreDumps = (): void => {
  try {
    const file = openSync('/proc/self/coredump_filter', constants.O_WRONLY);
    try {
      writeSync(file, '0');
    } finally {
      closeSync(file);
    }
  } catch {
    // A machine without procfs has no such switch.
  }
};
