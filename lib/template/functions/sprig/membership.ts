import { deepEqual } from '../../equal.ts';
import type { CallContext, Value } from '../../value.ts';

/** Whether a value is among others. */
export const includes = (values: readonly Value[], wanted: Value, { spend }: CallContext): boolean =>
  values.some((value) => deepEqual(wanted, value, spend));
