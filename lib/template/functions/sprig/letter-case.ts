/**
 * Go's simple case mapping, of one rune to one rune: JavaScript's turns one into several where a language wants it ("ß" to "SS").
 * Letters whose case came after Unicode 15, which Go knows, stay as they are.
 */

type Range = readonly [first: number, last: number];

const isWithin = (code: number, ranges: readonly Range[]): boolean =>
  ranges.some(([first, last]) => code >= first && code <= last);

const laterLetters: readonly Range[] = [
  [0x19b, 0x19b],
  [0x264, 0x264],
  [0x1c89, 0x1c8a],
  [0xa7cb, 0xa7cf],
  [0xa7d2, 0xa7d5],
  [0xa7da, 0xa7dc],
  [0x10d50, 0x10d85],
  [0x16ea0, 0x16ed3],
];

/** Greek letters with an iota below, whose capital is 8 further. */
const withIotaBelow: readonly Range[] = [
  [0x1f80, 0x1f87],
  [0x1f90, 0x1f97],
  [0x1fa0, 0x1fa7],
];
const irregularUpper: ReadonlyMap<number, number> = new Map([
  [0x1fb3, 0x1fbc],
  [0x1fc3, 0x1fcc],
  [0x1ff3, 0x1ffc],
]);
const dottedCapitalI = 0x130;

/** The digraphs DŽ, LJ, NJ and DZ, each as capital, title and small letter: the title's code is the one that 3 divides. */
const digraphs: readonly Range[] = [
  [0x1c4, 0x1cc],
  [0x1f1, 0x1f3],
];
/** Georgian has capitals, but no titles. */
const georgian: readonly Range[] = [[0x10d0, 0x10ff]];

const singleCode = (text: string, otherwise: number): number => {
  const code = text.codePointAt(0) ?? otherwise;
  return String.fromCodePoint(code) === text ? code : otherwise;
};

export const upperRune = (code: number): number => {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a ? code - 32 : code;
  if (isWithin(code, laterLetters)) return code;
  if (isWithin(code, withIotaBelow)) return code + 8;
  return irregularUpper.get(code) ?? singleCode(String.fromCodePoint(code).toUpperCase(), code);
};

export const lowerRune = (code: number): number => {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 32 : code;
  if (isWithin(code, laterLetters)) return code;
  return code === dottedCapitalI ? 0x69 : singleCode(String.fromCodePoint(code).toLowerCase(), code);
};

export const titleRune = (code: number): number => {
  if (isWithin(code, digraphs)) return Math.round(code / 3) * 3;
  return isWithin(code, georgian) ? code : upperRune(code);
};

const spaces: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 32, 0x85, 0xa0]);

/** Go's `unicode.IsSpace`. */
export const isSpace = (code: number): boolean =>
  code < 0x100 ? spaces.has(code) : /^\p{White_Space}$/u.test(String.fromCodePoint(code));

const hyphen = 0x2d;
const underscore = 0x5f;

/** What stands between words in names: hyphens, underscores and white space. */
export const isConnector = (code: number): boolean => code === hyphen || code === underscore || isSpace(code);

const test = (pattern: RegExp) => (code: number) => pattern.test(String.fromCodePoint(code));
export const isUpper = test(/^\p{Lu}$/u);
export const isLower = test(/^\p{Ll}$/u);
export const isTitle = test(/^\p{Lt}$/u);
export const isNumber = test(/^\p{N}$/u);
export const isPunctuation = test(/^\p{P}$/u);
