import type { CallContext, TemplateFunction, TypeName, Value } from '../../value.ts';

type Call = (values: readonly Value[], context: CallContext) => Value;

/** What a function pays of the template's bounds for so many bytes that it reads; what it makes is counted in full where it can be large. */
const bytesPerUnit = 4;
/** What a reference to an element takes, in a list that a function makes from another. */
const elementCost = 8;

const readingCost = (value: Value): number => {
  if (value.kind === 'string' || value.kind === 'bytes') return Math.ceil(value.value.length / bytesPerUnit);
  if (value.kind === 'list') return value.items.length * elementCost;
  return value.kind === 'map' ? value.entries.size * elementCost : 0;
};

/** A function that pays for reading its arguments, so that many calls on one large value reach the template's bounds. */
export const define = (name: string, parameters: readonly TypeName[], call: Call): TemplateFunction => ({
  name,
  parameters,
  call: (values, context) => {
    context.spend(values.reduce((sum, value) => sum + readingCost(value), 1));
    return call(values, context);
  },
});

/** A function that gives another result at each call. */
export const defineUnstable = (
  name: string,
  parameters: readonly TypeName[],
  call: Call,
): TemplateFunction => ({ ...define(name, parameters, call), unstable: true });

/** The same function under several names: sprig has many twice (`append` and `push`, `first` and `mustFirst`). */
export const defineAll = (
  names: readonly string[],
  parameters: readonly TypeName[],
  call: Call,
): TemplateFunction[] => names.map((name) => define(name, parameters, call));

/** Type of most parameters: any value. */
export const anyType = 'interface {}';
export const dictionaryType = 'map[string]interface {}';
