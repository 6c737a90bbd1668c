import { functions } from '../../lib/template/functions/sprig/index.ts';
import type { CallContext, Value } from '../../lib/template/value.ts';

interface Surroundings {
  /** What a call may spend; 64 MiB as in templates, if not given. */
  readonly bounds?: number;
  readonly randomBytes?: CallContext['randomBytes'];
}

const defaultBounds = 64 * 1024 * 1024;

/** Calls one of sprig's functions as the evaluator does, which has checked the arguments. */
export const sprig = (
  name: string,
  values: readonly Value[],
  { bounds = defaultBounds, randomBytes = (size) => Buffer.alloc(size) }: Surroundings = {},
): Value => {
  const called = functions.find((entry) => entry.name === name);
  if (called === undefined) throw new Error(`there is no function ${name}`);
  let left = bounds;
  const spend = (amount: number): void => {
    left -= amount;
    if (left < 0) throw new Error('more than the test allows');
  };
  return called.call(values, { now: () => 0, randomBytes, spend });
};
