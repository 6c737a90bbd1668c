import type { ByteString, Value } from '../value.ts';
import { unboxed, type Operand } from './operand.ts';

/** What going through a text rune by rune costs for each byte, and what writing a value as a text costs for each byte of it. */
const byRune = 16;

const escaping: ReadonlySet<string> = new Set(['html', 'js', 'urlquery']);
const printing: ReadonlySet<string> = new Set(['print', 'printf', 'println']);

const textLength = (value: Value): number =>
  value.kind === 'string' || value.kind === 'bytes' ? value.value.length : 0;

/** Whether values are put together as they are: strings, by verbs that leave them alone. */
const isPlain = ([first, ...rest]: readonly Value[], name: string): boolean =>
  rest.every(({ kind }) => kind === 'string') &&
  first?.kind === 'string' &&
  (name !== 'printf' || !/[qxX]/.test(first.value));

/** What one byte costs that a function of the language reads or makes. */
const weightOf = (name: string, values: readonly Value[]): number => {
  if (escaping.has(name)) return byRune;
  return printing.has(name) && !isPlain(values, name) ? byRune : 1;
};

export interface BuiltinCost {
  /** Before it is called: what it reads. */
  readonly reading: number;
  /** Afterwards: a text that it has made. */
  readonly making: (made: ByteString) => number;
}

/** What a call of a function of the language costs of a template's bounds; `index`, `len` and their like take no time. */
export const builtinCost = (name: string, operands: readonly Operand[]): BuiltinCost => {
  const values = operands.map(unboxed);
  const weight = weightOf(name, values);
  const isFree = name === 'index' || name === 'len' || name === 'not';
  const read = isFree ? 0 : values.reduce((sum, value) => sum + textLength(value), 0);
  return {
    reading: 1 + (weight === 1 ? Math.ceil(read / 4) : read * weight),
    making: (made) => made.length * weight,
  };
};
