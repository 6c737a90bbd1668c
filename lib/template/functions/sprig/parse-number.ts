/**
 * Numbers in strings by the rules of Go's `strconv`: https://pkg.go.dev/strconv#ParseInt and #ParseFloat.
 */

const maximum = 2n ** 63n - 1n;
const minimum = -(2n ** 63n);
const unsignedMaximum = 2n ** 64n - 1n;

/** More digits than any integer of 64 bits has, in any base. */
const manyDigits = 70;
const pastAllIntegers = 2n ** 65n;

/** Reads digits, with a prefix of JavaScript where they have one; too many are not read, since that takes long. */
const integerOf = (literal: string): bigint => {
  const significant = literal.replace(/^(0[xob])?0*(?=.)/, '$1');
  return significant.length > manyDigits ? pastAllIntegers : BigInt(significant);
};

const digitsByPrefix: ReadonlyMap<string, RegExp> = new Map([
  ['0x', /^(?:_?[0-9a-f])+$/i],
  ['0o', /^(?:_?[0-7])+$/],
  ['0b', /^(?:_?[01])+$/],
]);

/** Digits with the prefix that tells JavaScript the base, without underscores; undefined for what is no integer of Go. */
const literalOf = (digits: string): string | undefined => {
  const prefix = digits.slice(0, 2).toLowerCase();
  const pattern = digitsByPrefix.get(prefix);
  if (pattern !== undefined) {
    return pattern.test(digits.slice(2)) ? digits.replaceAll('_', '') : undefined;
  }
  if (/^0(?:_?[0-7])+$/.test(digits)) return `0o${digits.slice(1).replaceAll('_', '')}`;
  return /^(?:0|[1-9](?:_?[0-9])*)$/.test(digits) ? digits.replaceAll('_', '') : undefined;
};

const signed = (text: string): { readonly sign: bigint; readonly rest: string } => {
  const hasSign = text.startsWith('-') || text.startsWith('+');
  return { sign: text.startsWith('-') ? -1n : 1n, rest: hasSign ? text.slice(1) : text };
};

/** `ParseInt(text, 0, 64)`: the prefix tells the base. Undefined for what is no integer, or none of 64 bits. */
export const parseInteger = (text: string): bigint | undefined => {
  const { sign, rest } = signed(text);
  const literal = literalOf(rest);
  if (literal === undefined) return undefined;
  const value = sign * integerOf(literal);
  return value >= minimum && value <= maximum ? value : undefined;
};

const clamp = (value: bigint): bigint => {
  if (value > maximum) return maximum;
  return value < minimum ? minimum : value;
};

/** `Atoi` without its error: 0 for what is no decimal integer, the nearest `int` for one that is too large, whatever follows its digits. */
export const atoi = (text: string): bigint => {
  const { sign, rest } = signed(text);
  const digits = /^[0-9]+/.exec(rest)?.[0] ?? '';
  const value = integerOf(digits);
  if (digits === '' || (digits !== rest && value <= unsignedMaximum)) return 0n;
  return clamp(sign * value);
};

/** `ParseInt(text, 8, 64)`; undefined for what is none. */
export const parseOctal = (text: string): bigint | undefined => {
  const { sign, rest } = signed(text);
  if (!/^[0-7]+$/.test(rest)) return undefined;
  const value = sign * integerOf(`0o${rest}`);
  return clamp(value) === value ? value : undefined;
};

const decimal = /^(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:e[-+]?[0-9][0-9_]*)?$/i;
const hexadecimal = /^0x([0-9a-f_]*)(?:\.([0-9a-f_]*))?p([-+]?[0-9]+)$/i;
const special: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['infinity', Infinity],
  ['nan', NaN],
]);

const underscores = /^_|__|_$|_[^0-9a-f]|[^0-9a-fx]_/i;

const parseHexadecimal = (text: string): number | undefined => {
  const [, whole = '', fraction = '', exponent = '0'] = hexadecimal.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replaceAll('_', '');
  if (digits === '') return undefined;
  const scale = Number(exponent) - 4 * fraction.replaceAll('_', '').length;
  return Number(BigInt(`0x${digits}`)) * 2 ** scale;
};

const magnitude = (text: string): number | undefined => {
  const named = special.get(text.toLowerCase());
  if (named !== undefined) return named;
  if (underscores.test(text)) return undefined;
  const value = decimal.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  return value === Infinity ? undefined : value;
};

/** `ParseFloat(text, 64)`; undefined for what is no number, or too large for one. A sign before NaN is no number. */
export const parseFloat64 = (text: string): number | undefined => {
  const { sign, rest } = signed(text);
  const value = magnitude(rest);
  if (value === undefined || (Number.isNaN(value) && rest !== text)) return undefined;
  return sign < 0n ? -value : value;
};
