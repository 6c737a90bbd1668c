import { canonicalType } from '../types.ts';
import type { TypeName } from '../value.ts';

/** The types of a function's parameters. */
export interface Signature {
  readonly fixed: readonly TypeName[];
  /** Type of each argument behind the fixed ones, where the function takes any number of them. */
  readonly rest: TypeName | undefined;
}

const known = new WeakMap<readonly TypeName[], Signature>();

const parse = (parameters: readonly TypeName[]): Signature => {
  const last = parameters.at(-1);
  if (last?.startsWith('...') !== true) return { fixed: parameters.map(canonicalType), rest: undefined };
  return { fixed: parameters.slice(0, -1).map(canonicalType), rest: canonicalType(last.slice(3)) };
};

export const signatureOf = (parameters: readonly TypeName[]): Signature => {
  const found = known.get(parameters) ?? parse(parameters);
  known.set(parameters, found);
  return found;
};

/** Type of the parameter that takes the argument at `index`. */
export const parameterType = ({ fixed, rest }: Signature, index: number): TypeName =>
  fixed[index] ?? rest ?? 'interface {}';

/** What is wrong with a number of arguments, in Go's words. `piped` counts what came through a pipe, `written` does not. */
export const countProblem = (
  { fixed, rest }: Signature,
  written: number,
  piped: number,
): string | undefined => {
  if (rest !== undefined) {
    return written + piped < fixed.length ? `want at least ${fixed.length} got ${written}` : undefined;
  }
  return written + piped === fixed.length ? undefined : `want ${fixed.length} got ${written + piped}`;
};

/** Whether Go lets nil be passed for a type. */
export const canBeNil = (type: TypeName): boolean =>
  type === 'interface {}' || type === 'reflect.Value' || /^(?:\[\]|map\[|\*|func\()/.test(type);
