import type { ByteString } from '../value.ts';

/** What a number of a template can be used as; Go decides by the type that is wanted. */
export interface Constant {
  /** As signed integer of 64 bits. */
  readonly integer?: bigint;
  readonly unsigned?: bigint;
  readonly float?: number;
  readonly complex?: { readonly real: number; readonly imaginary: number };
}

const maxInteger = 2n ** 63n - 1n;
const minInteger = -(2n ** 63n);
const maxUnsigned = 2n ** 64n - 1n;

const integerPattern =
  /^(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

/** An integer without a sign, of base 2, 8, 10 or 16. */
const parseInteger = (text: string): bigint | undefined => {
  if (!integerPattern.test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  return /^0[0-9]/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
};

const parseSigned = (text: string): bigint | undefined => {
  const negative = text.startsWith('-');
  const magnitude = parseInteger(text.replace(/^[+-]/, ''));
  if (magnitude === undefined) return undefined;
  const value = negative ? -magnitude : magnitude;
  return value >= minInteger && value <= maxInteger ? value : undefined;
};

const parseUnsigned = (text: string): bigint | undefined => {
  const value = parseInteger(text);
  return value !== undefined && value <= maxUnsigned ? value : undefined;
};

/** An underscore may stand between digits, and behind the `0x`. */
const hexFloatPattern =
  /^([+-]?)0[xX]((?:_?[0-9a-fA-F])*)\.?((?:[0-9a-fA-F](?:_?[0-9a-fA-F])*)?)[pP]([+-]?[0-9](?:_?[0-9])*)$/;

const parseHexFloat = (text: string): number | undefined => {
  const match = hexFloatPattern.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = ''] = match;
  const digits = (whole + fraction).replaceAll('_', '');
  if (digits === '') return undefined;
  const exponent = Number(power.replaceAll('_', '')) - 4 * fraction.replaceAll('_', '').length;
  const value = Number(BigInt(`0x${digits}`)) * 2 ** exponent;
  return sign === '-' ? -value : value;
};

const decimalPattern =
  /^[+-]?(?:[0-9](?:_?[0-9])*\.?(?:[0-9](?:_?[0-9])*)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/;

const parseFloatConstant = (text: string): number | undefined => {
  const value = decimalPattern.test(text) ? Number(text.replaceAll('_', '')) : parseHexFloat(text);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
};

const isWhole = (value: number): boolean => Number.isInteger(value);

/** A float may stand for an integer where it is a whole number that fits. */
const fromFloat = (value: number): Constant => {
  const whole = isWhole(value) ? BigInt(value) : undefined;
  const fits = whole !== undefined && whole >= minInteger && whole <= maxInteger;
  const fitsUnsigned = whole !== undefined && whole >= 0n && whole <= maxUnsigned;
  return {
    float: value,
    ...(fits ? { integer: whole } : {}),
    ...(fitsUnsigned ? { unsigned: whole } : {}),
  };
};

const fromComplex = (real: number, imaginary: number): Constant => ({
  complex: { real, imaginary },
  ...(imaginary === 0 ? fromFloat(real) : {}),
});

/** A rune: an integer that may be used as a float, too. */
export const characterConstant = (code: number): Constant => ({
  integer: BigInt(code),
  unsigned: BigInt(code),
  float: code,
});

/** `1+2i`. */
export const complexConstant = (text: ByteString): Constant | undefined => {
  const match = /^(.*[^eEpP])([+-].*)i$/.exec(text);
  const real = parseFloatConstant(match?.[1] ?? '');
  const imaginary = parseFloatConstant(match?.[2] ?? '');
  return real === undefined || imaginary === undefined ? undefined : fromComplex(real, imaginary);
};

const fromInteger = (integer: bigint | undefined, unsigned: bigint | undefined): Constant => ({
  float: Number(integer ?? unsigned),
  ...(integer === undefined ? {} : { integer }),
  ...(unsigned === undefined ? {} : { unsigned }),
});

/** An integer, a float or an imaginary number; else why it is none of them. */
export const numberConstant = (text: ByteString): Constant | 'illegal' | 'overflow' => {
  const imaginary = text.endsWith('i') ? parseFloatConstant(text.slice(0, -1)) : undefined;
  if (imaginary !== undefined) return fromComplex(0, imaginary);
  const integer = parseSigned(text);
  const unsigned = integer === 0n ? 0n : parseUnsigned(text);
  if (integer !== undefined || unsigned !== undefined) return fromInteger(integer, unsigned);
  const float = parseFloatConstant(text);
  if (float === undefined) return 'illegal';
  return /[.eEpP]/.test(text) ? fromFloat(float) : 'overflow';
};
