import { isDeepStrictEqual } from 'node:util';

/** A copy of a JSON value that shares nothing with it. */
export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Whether two JSON values say the same, whatever the order of their keys. */
export const isSame = (one: unknown, other: unknown): boolean =>
  isDeepStrictEqual(copyOf(one), copyOf(other));
