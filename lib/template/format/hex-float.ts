import { binaryParts } from './digits.ts';

const float32Shift = 29n;

/** `%b`: the mantissa as an integer and the power of two, `4503599627370496p-52`. */
export const binaryFloat = (value: number, size: 32 | 64): string => {
  const { mantissa, exponent } = binaryParts(value);
  if (size === 64) return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
  return smallBinaryFloat(value, mantissa, exponent);
};

const smallBinaryFloat = (value: number, mantissa: bigint, exponent: number): string => {
  const lowest = -149;
  if (value === 0) return `0p${lowest}`;
  const shifted = exponent + Number(float32Shift);
  if (shifted >= lowest) return `${mantissa >> float32Shift}p${shifted < 0 ? '' : '+'}${shifted}`;
  return `${mantissa >> (float32Shift + BigInt(lowest - shifted))}p${lowest}`;
};

interface Normal {
  /** 1 bit before the point and 60 bits after it. */
  readonly mantissa: bigint;
  readonly exponent: number;
}

const pointBits = 60n;

const normalised = (value: number): Normal => {
  const { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return { mantissa: 0n, exponent: 0 };
  const length = BigInt(mantissa.toString(2).length);
  return {
    mantissa: mantissa << (pointBits + 1n - length),
    exponent: exponent + Number(length) - 1,
  };
};

const rounded = (normal: Normal, precision: number): Normal => {
  if (precision < 0 || precision >= 15) return normal;
  const dropped = pointBits - BigInt(precision) * 4n;
  const unit = 1n << dropped;
  const rest = normal.mantissa & (unit - 1n);
  const kept = normal.mantissa - rest;
  const odd = (normal.mantissa & unit) !== 0n;
  const half = unit / 2n;
  const up = rest > half || (rest === half && odd);
  const mantissa = up ? kept + unit : kept;
  if (mantissa < 1n << (pointBits + 1n)) return { mantissa, exponent: normal.exponent };
  return { mantissa: mantissa >> 1n, exponent: normal.exponent + 1 };
};

/** `%x`: `0x1.8p+01`, with as many digits as are needed where the precision is negative. */
export const hexFloat = (value: number, verb: 'x' | 'X', precision: number): string => {
  const { mantissa, exponent } = rounded(normalised(value), precision);
  const digits = (mantissa & ((1n << pointBits) - 1n)).toString(16).padStart(15, '0');
  const wanted =
    precision < 0 ? digits.replace(/0+$/, '') : digits.padEnd(precision, '0').slice(0, precision);
  const fraction = wanted === '' ? '' : `.${wanted}`;
  const sign = exponent < 0 ? '-' : '+';
  const power = String(Math.abs(exponent)).padStart(2, '0');
  const text = `0x${mantissa >> pointBits}${fraction}p${sign}${power}`;
  return verb === 'X' ? text.toUpperCase() : text;
};
