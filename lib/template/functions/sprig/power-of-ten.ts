/** Past these, 10 to the power of anything is infinity, or 0. */
const largestExponent = 400;

/**
 * 10 to the power of an integer, multiplied up bit by bit as Go's `math.Pow` does it: past 1e22 the last digit depends on how it is
 * computed, and `round` shows that digit.
 */
export const powerOfTen = (exponent: number): number => {
  if (exponent > largestExponent) return Infinity;
  if (exponent < -largestExponent) return 0;
  let mantissa = 1;
  let shift = 0;
  let base = 0.625;
  let baseShift = 4;
  for (let left = Math.abs(exponent); left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      mantissa *= base;
      shift += baseShift;
    }
    base *= base;
    baseShift *= 2;
    if (base < 0.5) {
      base *= 2;
      baseShift--;
    }
  }
  return exponent < 0 ? scale(1 / mantissa, -shift) : scale(mantissa, shift);
};

/** `value` times 2 to the power of `shift`, in two steps, since 2 ** 1024 alone is too large for a number. */
const scale = (value: number, shift: number): number => {
  const first = Math.trunc(shift / 2);
  return value * 2 ** first * 2 ** (shift - first);
};
