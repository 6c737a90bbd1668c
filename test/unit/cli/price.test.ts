import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { costOf, grouped, money, parsePrice, parsePrices, type Price } from '../../../cli/core/price.ts';

const price = (text: string): Price => {
  const parsed = parsePrice(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
};
const problem = (text: string): string | undefined => {
  const parsed = parsePrice(text);
  return parsed.ok ? undefined : parsed.error;
};

describe('a price', () => {
  test.each([
    ['aws=0.05/10000', { amount: 0.05, calls: 10_000, currency: { before: '', after: '' } }],
    ['aws=$0.05/10k', { amount: 0.05, calls: 10_000, currency: { before: '$', after: '' } }],
    ['aws=0.05 USD/1M', { amount: 0.05, calls: 1_000_000, currency: { before: '', after: 'USD' } }],
    ['aws=0.05€/1', { amount: 0.05, calls: 1, currency: { before: '', after: '€' } }],
    ['aws=EUR 3/7', { amount: 3, calls: 7, currency: { before: 'EUR', after: '' } }],
  ])('%s', (text, expected) => {
    expect(price(text)).toEqual({ provider: 'aws', ...expected });
  });

  const form = 'it takes PROVIDER=AMOUNT/CALLS, such as aws=$0.05/10000';
  test.each([
    ['', `is ""; ${form}`],
    ['aws', `is "aws"; ${form}`],
    ['aws=0.05', `is "aws=0.05"; ${form}`],
    ['aws=/10000', `is "aws=/10000"; ${form}`],
    ['aws=-1/10000', `is "aws=-1/10000"; ${form}`],
    ['aws=1e9/10000', `is "aws=1e9/10000"; ${form}`],
    ['aws=0.05/1e4', `is "aws=0.05/1e4"; ${form}`],
    ['aws=1/2/3', `is "aws=1/2/3"; ${form}`],
    ['aws=0.05/0', 'is "aws=0.05/0"; a price is for at least one call'],
    ['aws=$0.05USD/10000', 'is "aws=$0.05USD/10000", which names two currencies'],
    ['awz=1/1', 'has no provider "awz"; did you mean aws?'],
    ['constructor=1/1', 'has no provider "constructor"; prices are for aws and vault'],
  ])('%j is none', (text, message) => {
    expect(problem(text)).toBe(message);
  });

  test('whatever is written, it is a price or a problem', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parsePrice(text);
        expect(parsed.ok ? parsed.value.calls : parsed.error.length).toBeGreaterThan(0);
      }),
    );
  });

  test('every price that can be written is read back', () => {
    const sign = fc.constantFrom('', '$', '€', 'USD');
    fc.assert(
      fc.property(
        fc.constantFrom('aws', 'vault'),
        fc.integer({ min: 0, max: 1_000_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        sign,
        (provider, cents, calls, before) => {
          const text = `${provider}=${before}${(cents / 100).toFixed(2)}/${calls}`;
          expect(price(text)).toEqual({
            provider,
            amount: cents / 100,
            calls,
            currency: { before, after: '' },
          });
        },
      ),
    );
  });

  test('several: all problems, and none twice for one provider', () => {
    expect(parsePrices(['aws=1/1', 'vault=2/1'])).toMatchObject({
      ok: true,
      value: [{ amount: 1 }, { amount: 2 }],
    });
    expect(parsePrices(['aws=1/1', 'x', 'aws=2/1'])).toEqual({
      ok: false,
      error: [`is "x"; ${form}`, 'gives two prices for aws'],
    });
  });
});

describe('costs', () => {
  test.each([
    ['aws=$0.05/10000', 7_200_000, '$36.00'],
    ['aws=0.05 USD/10000', 432_000_000, '2,160.00 USD'],
    ['aws=USD 0.05/10000', 720, 'USD 0.0036'],
    ['aws=0.05/10000', 0, '0.00'],
    ['aws=€0.05/10000', 2_000, '€0.01'],
    ['aws=$0.000001/10M', 1, '$less than 0.000001'],
  ])('at %s, %d calls: %s', (text, calls, expected) => {
    expect(money(price(text), costOf(price(text), calls))).toBe(expected);
  });

  test('digits are grouped alike everywhere', () => {
    expect([1, 999, 1000, 1234567, '1234.5678'].map(grouped)).toEqual([
      '1',
      '999',
      '1,000',
      '1,234,567',
      '1,234.5678',
    ]);
  });

  test('twice the calls cost twice as much, and never less than fewer', () => {
    const calls = fc.integer({ min: 0, max: 1_000_000_000 });
    fc.assert(
      fc.property(calls, calls, (a, b) => {
        const aws = price('aws=0.05/10000');
        expect(costOf(aws, a) + costOf(aws, b)).toBeCloseTo(costOf(aws, a + b), 6);
      }),
    );
  });
});
