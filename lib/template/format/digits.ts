/** A positive number in decimal: `0.digits` times ten to the power of `point`. No digits for zero. */
export interface Digits {
  readonly digits: string;
  readonly point: number;
}

/** Mantissa and exponent of a finite number that is not negative: `mantissa * 2 ** exponent`. */
export const binaryParts = (value: number): { readonly mantissa: bigint; readonly exponent: number } => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << 52n), exponent: biased - 1075 };
};

const trimmed = (digits: string, point: number): Digits => {
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? { digits: '', point: 0 } : { digits: kept, point };
};

/** All digits of a number, exactly. */
export const decimalDigits = (value: number): Digits => {
  const { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n) return { digits: '', point: 0 };
  // m / 2^k is m * 5^k / 10^k.
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent);
  const text = whole.toString();
  return trimmed(text, text.length + Math.min(exponent, 0));
};

const fromExponential = (text: string): Digits => {
  const [number = '', exponent = '0'] = text.split('e');
  return trimmed(number.replace('.', ''), Number(exponent) + 1);
};

/** As few digits as tell a number from its neighbours. */
export const shortestDigits = (value: number, size: 32 | 64): Digits => {
  if (value === 0) return { digits: '', point: 0 };
  if (size === 64) return fromExponential(value.toExponential());
  for (let count = 0; count < 9; count++) {
    const text = value.toExponential(count);
    if (Math.fround(Number(text)) === value) return fromExponential(text);
  }
  return fromExponential(value.toExponential());
};

const roundsUp = ({ digits }: Digits, count: number): boolean => {
  const next = digits[count] ?? '0';
  const exactlyHalf = next === '5' && count === digits.length - 1;
  if (!exactlyHalf) return next >= '5';
  return count > 0 && Number(digits[count - 1]) % 2 === 1;
};

/** Keeps `count` digits, rounding half to even. */
export const roundDigits = (exact: Digits, count: number): Digits => {
  if (count < 0) return { digits: '', point: 0 };
  if (count >= exact.digits.length) return exact;
  const kept = exact.digits.slice(0, count);
  if (!roundsUp(exact, count)) return trimmed(kept, exact.point);
  const next = (BigInt(`0${kept}`) + 1n).toString();
  return next.length > count
    ? trimmed(next, exact.point + 1)
    : trimmed(next.padStart(count, '0'), exact.point);
};
