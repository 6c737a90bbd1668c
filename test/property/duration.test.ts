import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration } from '../../lib/duration.ts';

/** Nanoseconds a unit, as exact numbers: the reference. */
const units = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]));
const part = fc.record({
  whole: fc.nat({ max: 9999 }),
  fraction: fc.option(fc.nat({ max: 999 }), { nil: undefined }),
  unit,
});

test('durations are what exact arithmetic makes of their parts', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const text = parts
        .map(
          ({ whole, fraction, unit: name }) =>
            `${whole}${fraction === undefined ? '' : `.${fraction}`}${name}`,
        )
        .join('');
      const nanoseconds = parts.reduce((sum, { whole, fraction = 0, unit: name }) => {
        const digits = String(fraction).length;
        return sum + BigInt(whole) * units[name] + (BigInt(fraction) * units[name]) / 10n ** BigInt(digits);
      }, 0n);
      const milliseconds = parseDuration(text);
      expect(Math.abs(Number(milliseconds) - Number(nanoseconds) / 1e6)).toBeLessThan(0.001);
    }),
  );
});

test('anything else is no duration, and nothing throws', () => {
  const pieces = fc.constantFrom('1', '0', '.', 's', 'h', 'm', 'ms', 'd', '-', '+', ' ', 'e', 'µ');
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('')),
      (text) => {
        const milliseconds = parseDuration(text);
        const good =
          text.replace(/^\+/, '') === '0' || /^\+?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(text);
        expect(milliseconds !== undefined).toBe(good);
      },
    ),
    { numRuns: 2000 },
  );
});
