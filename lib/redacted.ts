import { inspect } from 'node:util';

const shown = '[redacted]';

/**
 * A secret value on its way from a provider to a file. However it is printed, logged or serialised it reads
 * `[redacted]`; only `reveal` gives the value, so every place that needs it can be found by that name.
 */
export class Redacted<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Never pass it to a log, an error, a metric, an argument or an environment variable. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}
