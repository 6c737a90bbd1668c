import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';
import type { Clock } from '../lib/clock.ts';
import { errorCode, errorMessage } from '../lib/error-message.ts';
import { err, ok, type Result } from '../lib/result.ts';

const standardOutput = 1;
/** How often it is looked whether the file is still the one of its name, in milliseconds. */
const lookEvery = 1_000;
/** For whoever reads a pipe and is slow: so many times, so many milliseconds. */
const tries = 100;
const patience = 10;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

const openFile = (path: string): number => openSync(path, 'a', 0o600);

/** Whether a path names the very file that is open. */
const isStill = (path: string, descriptor: number): boolean => {
  const named = statSync(path, { throwIfNoEntry: false });
  const open = fstatSync(descriptor);
  return named?.ino === open.ino && named.dev === open.dev;
};

/** As much as the kernel takes; none where whoever reads the pipe has to catch up first. */
const writeSome = (descriptor: number, bytes: Uint8Array): number => {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if (errorCode(error) !== 'EAGAIN') throw error;
    Atomics.wait(sleeper, 0, 0, patience);
    return 0;
  }
};

/** A file, or standard output, that lines are added to and that has them when `append` returns. */
export class LineFile {
  readonly #path: string | undefined;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #descriptor: number;
  #lookedAt: number;
  /** What stands last in the file is part of a line. */
  #torn = false;

  private constructor(path: string | undefined, clock: Pick<Clock, 'monotonic'>, descriptor: number) {
    this.#path = path;
    this.#clock = clock;
    this.#descriptor = descriptor;
    this.#lookedAt = clock.monotonic();
  }

  /** @param path undefined: standard output */
  static open(path: string | undefined, clock: Pick<Clock, 'monotonic'>): Result<LineFile, string> {
    try {
      return ok(new LineFile(path, clock, path === undefined ? standardOutput : openFile(path)));
    } catch (error) {
      return err(errorMessage(error));
    }
  }

  /** Writes whole lines; throws where the kernel does not take them. Of lines that it took in part, the rest is lost. */
  append(lines: string): void {
    this.#follow();
    let rest: Uint8Array = Buffer.from(this.#torn ? `\n${lines}` : lines);
    for (let left = tries; rest.length > 0; left -= 1) {
      if (left === 0) throw new Error('nobody reads it');
      const written = writeSome(this.#descriptor, rest);
      if (written === 0) continue;
      rest = rest.subarray(written);
      this.#torn = rest.length > 0;
      left = tries + 1;
    }
  }

  /** Somebody who rotates logs gives the file another name: the lines that follow go to a new one. */
  #follow(): void {
    const now = this.#clock.monotonic();
    if (this.#path === undefined || now - this.#lookedAt < lookEvery) return;
    this.#lookedAt = now;
    if (isStill(this.#path, this.#descriptor)) return;
    const before = this.#descriptor;
    this.#descriptor = openFile(this.#path);
    this.#torn = false;
    closeSync(before);
  }
}
