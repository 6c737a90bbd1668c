import { err, ok, type Result } from '../../../result.ts';
import { type Element, months, weekdays } from './layout.ts';

/** What has been read of a time. */
export interface Reading {
  year?: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour?: number;
  minute?: number;
  second?: number;
  nanosecond?: number;
  half?: 'am' | 'pm';
  isUtc?: true;
  /** Seconds east of UTC. */
  offset?: number;
  abbreviation?: string;
}

/** Reads the start of a text into `reading`; returns how many characters, or why not: `undefined` for what does not fit at all. */
type Reader = (text: string, reading: Reading) => number | string | undefined;

interface NumberOptions {
  readonly pattern: RegExp;
  readonly set: (reading: Reading, value: number) => void;
  readonly range?: { readonly from: number; readonly to: number; readonly name: string };
}

const number =
  ({ pattern, set, range }: NumberOptions): Reader =>
  (text, reading) => {
    const match = pattern.exec(text);
    if (match === null) return undefined;
    const value = Number(match[0]);
    set(reading, value);
    return range !== undefined && (value < range.from || value > range.to)
      ? `${range.name} out of range`
      : match[0].length;
  };

const oneOrTwo = /^[0-9]{1,2}/;
const two = /^[0-9]{2}/;

const monthNumber = (pattern: RegExp): Reader =>
  number({
    pattern,
    set: (reading, value) => (reading.month = value),
    range: { from: 1, to: 12, name: 'month' },
  });

const day = (pattern: RegExp): Reader => number({ pattern, set: (reading, value) => (reading.day = value) });

const yearDay = (pattern: RegExp): Reader =>
  number({ pattern, set: (reading, value) => (reading.yearDay = value) });

const hour = (pattern: RegExp, to: number): Reader =>
  number({ pattern, set: (reading, value) => (reading.hour = value), range: { from: 0, to, name: 'hour' } });

const minute = (pattern: RegExp): Reader =>
  number({
    pattern,
    set: (reading, value) => (reading.minute = value),
    range: { from: 0, to: 59, name: 'minute' },
  });

const second = (pattern: RegExp): Reader =>
  number({
    pattern,
    set: (reading, value) => (reading.second = value),
    range: { from: 0, to: 59, name: 'second' },
  });

/** A name in any case. */
const name =
  (names: readonly string[], set: (reading: Reading, index: number) => void): Reader =>
  (text, reading) => {
    const index = names.findIndex(
      (candidate) => text.slice(0, candidate.length).toLowerCase() === candidate.toLowerCase(),
    );
    if (index === -1) return undefined;
    set(reading, index);
    return names[index]?.length;
  };

const short = (names: readonly string[]): string[] => names.map((full) => full.slice(0, 3));
const setMonth = (reading: Reading, index: number): void => {
  reading.month = index + 1;
};
/** Days of the week are read and not compared, as in Go. */
const ignore = (): void => undefined;

const half =
  (am: string, pm: string): Reader =>
  (text, reading) => {
    const read = text.slice(0, 2);
    if (read !== am && read !== pm) return undefined;
    reading.half = read === am ? 'am' : 'pm';
    return 2;
  };

const offsetPatterns = new Map<string, RegExp>([
  ['07:00', /^(.)(..):(..)/s],
  ['07', /^(.)(..)/s],
  ['07:00:00', /^(.)(..):(..):(..)/s],
  ['070000', /^(.)(..)(..)(..)/s],
  ['0700', /^(.)(..)(..)/s],
]);

const offsetRanges = [
  ['hour', 24],
  ['minute', 60],
  ['second', 60],
] as const;

/** Which part of an offset is too large: a text for what is out of range. */
const offsetProblem = (values: readonly number[]): string | undefined => {
  const tooLarge = offsetRanges.find(([, limit], index) => (values[index] ?? 0) > limit);
  return tooLarge === undefined ? undefined : `time zone offset ${tooLarge[0]} out of range`;
};

/** Seconds east of UTC; a text for what is out of range, nothing for what is no offset. */
const parseOffset = (sign: string, parts: readonly string[]): number | string | undefined => {
  const isNumeric = parts.every((part) => two.test(part));
  const values = isNumeric ? parts.map(Number) : [];
  const problem = offsetProblem(values);
  if (problem !== undefined) return problem;
  if (!isNumeric || !/[+-]/.test(sign)) return undefined;
  const amount = values.reduce((sum, value, index) => sum + value * 60 ** (2 - index), 0);
  return sign === '-' ? -amount : amount;
};

const offset =
  (form: string, mayBeZulu: boolean): Reader =>
  (text, reading) => {
    if (mayBeZulu && text.startsWith('Z')) {
      reading.isUtc = true;
      return 1;
    }
    const [all, sign, ...parts] = offsetPatterns.get(form)?.exec(text) ?? [];
    if (all === undefined || sign === undefined) return undefined;
    const parsed = parseOffset(sign, parts);
    if (typeof parsed !== 'number') return parsed;
    reading.offset = parsed;
    return all.length;
  };

/** How long an offset such as `+3` is; 0 for what is none. */
const signedOffsetLength = (text: string): number => {
  const match = /^[+-]([0-9]+)/.exec(text);
  return match !== null && Number(match[1]) <= 23 ? match[0].length : 0;
};

/** Go takes for an abbreviation what looks like one: three letters, or four or five that end in T. */
const abbreviationLength = (text: string): number => {
  if (/^(?:ChST|MeST)/.test(text)) return 4;
  if (text.length < 3) return 0;
  if (text.startsWith('GMT')) return 3 + signedOffsetLength(text.slice(3));
  if (/^[+-]/.test(text)) return signedOffsetLength(text);
  const letters = /^[A-Z]{0,6}/.exec(text)?.[0] ?? '';
  return /^(?:[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})$/.test(letters) ? letters.length : 0;
};

const abbreviation: Reader = (text, reading) => {
  if (text.startsWith('UTC')) {
    reading.isUtc = true;
    return 3;
  }
  const length = abbreviationLength(text);
  if (length === 0) return undefined;
  reading.abbreviation = text.slice(0, length);
  return length;
};

const setYear = (reading: Reading, value: number): void => {
  reading.year = value;
};
const setShortYear = (reading: Reading, value: number): void => {
  reading.year = value + (value >= 69 ? 1900 : 2000);
};

const readers = new Map<Element, Reader>([
  ['2006', number({ pattern: /^[0-9]{4}/, set: setYear })],
  ['06', number({ pattern: two, set: setShortYear })],
  ['January', name(months, setMonth)],
  ['Jan', name(short(months), setMonth)],
  ['1', monthNumber(oneOrTwo)],
  ['01', monthNumber(two)],
  ['Monday', name(weekdays, ignore)],
  ['Mon', name(short(weekdays), ignore)],
  ['2', day(oneOrTwo)],
  ['_2', day(/^ ?[0-9]{1,2}/)],
  ['02', day(two)],
  ['__2', yearDay(/^ {0,2}[0-9]{1,3}/)],
  ['002', yearDay(/^[0-9]{3}/)],
  ['15', hour(oneOrTwo, 23)],
  ['3', hour(oneOrTwo, 12)],
  ['03', hour(two, 12)],
  ['4', minute(oneOrTwo)],
  ['04', minute(two)],
  ['5', second(oneOrTwo)],
  ['05', second(two)],
  ['PM', half('AM', 'PM')],
  ['pm', half('am', 'pm')],
  ['MST', abbreviation],
]);

const offsetReader = (element: Element): Reader => offset(element.slice(1), element.startsWith('Z'));

/** Reads what an element of a layout stands for; the text that is left, or why it cannot be read. */
export const readElement = (element: Element, value: string, reading: Reading): Result<string, string> => {
  const read = (readers.get(element) ?? offsetReader(element))(value, reading);
  if (typeof read === 'string') return err(read);
  return read === undefined ? err(`cannot parse the value as "${element}"`) : ok(value.slice(read));
};
