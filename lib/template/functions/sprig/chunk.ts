import { FunctionError, listValue, type CallContext, type Value } from '../../value.ts';

import { valueCost } from './nesting.ts';

const outOfRange = 'runtime error: makeslice: len out of range';

/** Go's conversion of what is no finite number gives the smallest integer, which no slice has for a length. */
const checkedLength = (length: number): number => {
  if (!Number.isFinite(length) || length < 0) throw new FunctionError(outOfRange);
  return length;
};

/** Parts of `size` elements, the last with what is left. Sizes of 0 and below fail as their arithmetic does in Go. */
export const chunked = (items: readonly Value[], size: number, context: CallContext): Value => {
  const count = checkedLength(Math.floor((items.length - 1) / size) + 1);
  context.spend(count * valueCost);
  const remainder = Math.floor(items.length % size);
  const parts = Array.from({ length: count }, (_, index) => {
    const length = index === count - 1 && remainder !== 0 ? remainder : size;
    return listValue(items.slice(index * size, index * size + checkedLength(length)));
  });
  return listValue(parts, '[]interface {}');
};
