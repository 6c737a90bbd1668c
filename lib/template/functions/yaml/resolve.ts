import { daysInMonth } from '../date/days.ts';

/**
 * What a plain scalar means to go-yaml 2, which follows YAML 1.1 in part: `yes` is a boolean, `0777` octal, and sexagesimal numbers are
 * texts (https://pkg.go.dev/go.yaml.in/yaml/v2).
 */
export type Resolved =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'timestamp' }
  | { readonly kind: 'text' };

const constants = new Map<string, Resolved>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (text): [string, Resolved] => [text, { kind: 'boolean', value: true }],
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (text): [string, Resolved] => [text, { kind: 'boolean', value: false }],
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((text): [string, Resolved] => [text, { kind: 'null' }]),
  ...['.nan', '.NaN', '.NAN'].map((text): [string, Resolved] => [text, { kind: 'float', value: Number.NaN }]),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((text): [string, Resolved] => [
    text,
    { kind: 'float', value: Number.POSITIVE_INFINITY },
  ]),
  ...['-.inf', '-.Inf', '-.INF'].map((text): [string, Resolved] => [
    text,
    { kind: 'float', value: Number.NEGATIVE_INFINITY },
  ]),
]);

const integerForms: readonly (readonly [RegExp, prefix: string])[] = [
  [/^([-+]?)0[xX]([0-9a-fA-F]+)$/, '0x'],
  [/^([-+]?)0[bB]([01]+)$/, '0b'],
  [/^([-+]?)0[oO]?([0-7]+)$/, '0o'],
  [/^([-+]?)(0|[1-9][0-9]*)$/, ''],
];

const smallest = -(1n << 63n);
const largest = (1n << 64n) - 1n;

/** A number of 64 bits; one with a sign has to fit the signed ones. */
const parseInteger = (text: string): bigint | undefined => {
  for (const [pattern, prefix] of integerForms) {
    const [, sign = '', digits] = pattern.exec(text) ?? [];
    if (digits === undefined) continue;
    const amount = BigInt(prefix + digits);
    const value = sign === '-' ? -amount : amount;
    const limit = sign === '' ? largest : -smallest - 1n;
    return value >= smallest && value <= limit ? value : undefined;
  }
  return undefined;
};

const floatPattern = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

const parseFloatingPoint = (text: string): number | undefined => {
  const value = floatPattern.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
};

const date = String.raw`(\d{4})-(\d{1,2})-(\d{1,2})`;
const time = String.raw`(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?`;
const timestamp = new RegExp(String.raw`^${date}(?: +${time}|[Tt]${time}(?:Z|[-+]\d\d:\d\d))?$`);

const isDate = ([year = 0, month = 0, day = 0]: readonly number[]): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);

const isClock = ([hours = 0, minutes = 0, seconds = 0]: readonly number[]): boolean =>
  hours < 24 && minutes < 60 && seconds < 60;

const isTimestamp = (text: string): boolean => {
  const [, ...groups] = timestamp.exec(text) ?? [];
  const numbers = groups.filter((group: string | undefined) => group !== undefined).map(Number);
  return isDate(numbers.slice(0, 3)) && isClock(numbers.slice(3));
};

const resolveNumber = (text: string): Resolved => {
  if (isTimestamp(text)) return { kind: 'timestamp' };
  const plain = text.replaceAll('_', '');
  const integer = parseInteger(plain);
  if (integer !== undefined) return { kind: 'integer', value: integer };
  const float = parseFloatingPoint(plain);
  return float === undefined ? { kind: 'text' } : { kind: 'float', value: float };
};

/** What a plain scalar is. */
export const resolve = (text: string): Resolved => {
  const constant = constants.get(text);
  if (constant !== undefined) return constant;
  if (/^[-+0-9]/.test(text)) return resolveNumber(text);
  const float = text.startsWith('.') ? parseFloatingPoint(text) : undefined;
  return float === undefined ? { kind: 'text' } : { kind: 'float', value: float };
};

/** Sexagesimal numbers are quoted for the sake of other readers. */
export const isBase60 = (text: string): boolean =>
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text);
