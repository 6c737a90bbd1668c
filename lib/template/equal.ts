import { typeName } from './types.ts';
import { FunctionError, type ObjectValue, type Value } from './value.ts';

/** More comparisons than any honest value takes: lists and maps may share parts, or contain themselves. */
const maxComparisons = 1_000_000;
const maxDepth = 500;

interface Walk {
  left: number;
  readonly spend: (amount: number) => void;
}

/** What one comparison costs of a template's bounds. */
const comparisonCost = 16;

type Pair<Kind extends Value['kind']> = readonly [
  Extract<Value, { kind: Kind }>,
  Extract<Value, { kind: Kind }>,
];

const step = (walk: Walk, depth: number): void => {
  walk.left--;
  walk.spend(comparisonCost);
  if (walk.left < 0 || depth > maxDepth) throw new FunctionError('values are too large to compare');
};

const equalLists = ([one, other]: Pair<'list'>, walk: Walk, depth: number): boolean =>
  one.items.length === other.items.length &&
  one.isNil === other.isNil &&
  one.items.every((item, index) => {
    const counterpart = other.items[index];
    return counterpart !== undefined && equalAt(item, counterpart, walk, depth + 1);
  });

const equalMaps = ([one, other]: Pair<'map'>, walk: Walk, depth: number): boolean =>
  one.entries.size === other.entries.size &&
  [...one.entries].every(([key, item]) => {
    const counterpart = other.entries.get(key);
    return counterpart !== undefined && equalAt(item, counterpart, walk, depth + 1);
  });

const equalObjects = (one: ObjectValue, other: ObjectValue, walk: Walk, depth: number): boolean =>
  one.text() === other.text() &&
  one.fields.size === other.fields.size &&
  [...one.fields].every(([name, field]) => {
    const counterpart = other.fields.get(name);
    return counterpart !== undefined && equalAt(field, counterpart, walk, depth + 1);
  });

const equalComposites = (one: Value, other: Value, walk: Walk, depth: number): boolean | undefined => {
  if (one.kind === 'list' && other.kind === 'list') {
    return one === other || equalLists([one, other], walk, depth);
  }
  if (one.kind === 'map' && other.kind === 'map') {
    return one === other || equalMaps([one, other], walk, depth);
  }
  if (one.kind !== 'object' || other.kind !== 'object') return undefined;
  return equalObjects(one, other, walk, depth);
};

const equalAt = (one: Value, other: Value, walk: Walk, depth: number): boolean => {
  step(walk, depth);
  if (one.kind === 'function' || other.kind === 'function') return false;
  if (typeName(one) !== typeName(other)) return false;
  return equalComposites(one, other, walk, depth) ?? equalScalars(one, other);
};

const equalScalars = (one: Value, other: Value): boolean => {
  if (one.kind === 'nil') return other.kind === 'nil';
  if (one.kind === 'complex' && other.kind === 'complex') {
    return one.real === other.real && one.imaginary === other.imaginary;
  }
  return 'value' in one && 'value' in other && one.value === other.value;
};

/**
 * Go's `reflect.DeepEqual`: the same types all the way down, and the same contents. Throws `FunctionError` for values too large or
 * too deep to be compared. `spend` is told of the work.
 */
export const deepEqual = (
  one: Value,
  other: Value,
  spend: (amount: number) => void = () => undefined,
): boolean => equalAt(one, other, { left: maxComparisons, spend }, 0);
