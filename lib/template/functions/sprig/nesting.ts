import { FunctionError, type CallContext } from '../../value.ts';

/** Levels of lists and maps inside each other that functions follow. A map can be made to contain itself (`set $d "self" $d`). */
const maximumDepth = 1000;

/** About how many bytes a value takes beside what is in it. */
export const valueCost = 128;

/** Counts one value that a function visits on its way down. */
export const visit = (context: CallContext, depth: number): void => {
  context.spend(valueCost);
  if (depth > maximumDepth) throw new FunctionError('a value is nested too deeply');
};
