import { isTrue, typeName } from '../../types.ts';
import {
  FunctionError,
  mapValue,
  stringValue,
  type CallContext,
  type MapValue,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { define, dictionaryType } from './define.ts';
import { visit } from './nesting.ts';

interface Merging {
  readonly overwrite: boolean;
  readonly context: CallContext;
}

/** Two values that cannot be merged: `merge` gives "" for them, `mustMerge` this error. */
class MergeError extends FunctionError {
  constructor() {
    super('src and dst must be of same type');
  }
}

const isPointer = (value: Value): boolean => value.kind === 'object' && value.type.startsWith('*');

/** What a merge may replace although it does not overwrite: nothing, or an empty value; structs are never empty. */
const isReplaceable = (value: Value | undefined): boolean =>
  value === undefined || (value.kind !== 'complex' && !isTrue(value));

const isSlice = (value: Value): boolean => value.kind === 'list' || value.kind === 'bytes';

/** What stays although a merge overwrites: lists were replaced before, and maps were merged into each other. */
const isDone = (target: Value | undefined, source: Value): boolean => {
  if (target === undefined || isReplaceable(target)) return false;
  return isSlice(source) || (source.kind === 'map' && target.kind === 'map');
};

/** Go asks what a slice would replace whether it is nil, which no string can be. */
const assertNillable = ({ element }: MapValue): void => {
  if (element === 'string') throw new FunctionError('reflect: call of reflect.Value.IsNil on string Value');
};

/** Slices are set by their own type, other values by that of the map they come from. */
const assertAssignable = (target: MapValue, source: MapValue, value: Value): void => {
  const type = isSlice(value) ? typeName(value) : source.element;
  if (target.element === 'interface {}' || target.element === type) return;
  throw new FunctionError(
    `reflect.Value.SetMapIndex: value of type ${type} is not assignable to type ${target.element}`,
  );
};

const mergeNested = (target: Value | undefined, source: Value, depth: number, merging: Merging): void => {
  if (source.kind !== 'map' || target === undefined) return;
  if (target.kind === 'map') mergeInto(target, source, depth + 1, merging);
  else if (isPointer(target) && !merging.overwrite) throw new MergeError();
};

/** Whether the value of a key is to be set, after what is inside of maps was merged. */
const isToBeSet = (before: Value | undefined, value: Value, overwrite: boolean): boolean => {
  if (value.kind === 'nil') return overwrite;
  if (isSlice(value) && overwrite) return true;
  return !isDone(before, value) && (overwrite || isReplaceable(before));
};

const mergeEntry = (target: MapValue, source: MapValue, key: string, merging: Merging): void => {
  const value = source.entries.get(key);
  if (value === undefined) return;
  const before = target.entries.get(key);
  if (isSlice(value) && before !== undefined) assertNillable(target);
  if (!isToBeSet(before, value, merging.overwrite)) return;
  assertAssignable(target, source, value);
  target.entries.set(key, value);
};

/** Sets what `target` does not have, or has empty; with `overwrite` also what it has. Maps inside are merged in place. */
const mergeInto = (target: MapValue, source: MapValue, depth: number, merging: Merging): void => {
  for (const key of source.entries.keys()) {
    visit(merging.context, depth);
    const value = source.entries.get(key);
    if (value !== undefined) mergeNested(target.entries.get(key), value, depth, merging);
    mergeEntry(target, source, key, merging);
  }
};

const merged = (values: readonly Value[], merging: Merging): Value => {
  const [first, ...sources] = values;
  const target = first?.kind === 'map' ? first : mapValue([]);
  for (const source of sources) {
    if (source.kind === 'map') mergeInto(target, source, 0, merging);
  }
  return target;
};

const parameters = [dictionaryType, `...${dictionaryType}`];

const mustFunction = (name: string, overwrite: boolean): TemplateFunction =>
  define(name, parameters, (values, context) => merged(values, { overwrite, context }));

const plainFunction = (name: string, overwrite: boolean): TemplateFunction =>
  define(name, parameters, (values, context) => {
    try {
      return merged(values, { overwrite, context });
    } catch (error) {
      if (error instanceof MergeError) return stringValue('');
      throw error;
    }
  });

/** Functions that merge dictionaries into their first one. */
export const mergeFunctions: readonly TemplateFunction[] = [
  plainFunction('merge', false),
  plainFunction('mergeOverwrite', true),
  mustFunction('mustMerge', false),
  mustFunction('mustMergeOverwrite', true),
];
