import { FunctionError, nil, type CallContext, type TemplateFunction, type Value } from '../../value.ts';
import { anyType, defineAll } from './define.ts';
import { visit } from './nesting.ts';

const copied = (value: Value, depth: number, context: CallContext): Value => {
  visit(context, depth);
  if (value.kind === 'list') {
    return { ...value, items: value.items.map((item) => copied(item, depth + 1, context)) };
  }
  if (value.kind !== 'map') return value;
  const entries = [...value.entries].map(([key, item]) => [key, copied(item, depth + 1, context)] as const);
  return { ...value, entries: new Map(entries) };
};

/** Copies whose maps can be changed without changing the original's. */
export const copyFunctions: readonly TemplateFunction[] = defineAll(
  ['deepCopy', 'mustDeepCopy'],
  [anyType],
  ([value = nil], context) => {
    if (value.kind === 'nil') {
      throw new FunctionError('reflect: call of reflect.Value.Type on zero Value');
    }
    return copied(value, 0, context);
  },
);
