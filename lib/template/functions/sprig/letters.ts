import { isDigit, isLetter } from '../../runes.ts';
import { stringValue, type ByteString, type TemplateFunction } from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { define } from './define.ts';
import { isLower, isSpace, isTitle, isUpper, lowerRune, titleRune, upperRune } from './letter-case.ts';
import { latin1Characters, mapRunes } from './map-runes.ts';
import { camelCase, separatedWords } from './words.ts';

const underscore = 0x5f;

const separatesWords = (code: number): boolean => {
  if (code > 0x7f) return !isLetter(code) && !isDigit(code) && isSpace(code);
  return code !== underscore && !/[0-9a-zA-Z]/.test(String.fromCharCode(code));
};

/** Go's `strings.Title`: capitals at the start of words, where anything of ASCII but letters, digits and "_" ends a word. */
const title = (text: ByteString): ByteString => {
  let atStart = true;
  return mapRunes(text, (code) => {
    const changed = atStart ? titleRune(code) : code;
    atStart = separatesWords(code);
    return changed;
  });
};

/** Small letters at the start of words, which white space alone ends. */
const untitle = (text: ByteString): ByteString => {
  let atStart = true;
  return mapRunes(text, (code) => {
    const space = isSpace(code);
    const changed = atStart && !space ? lowerRune(code) : code;
    atStart = space;
    return changed;
  });
};

const swappedSmallLetter = (code: number, atStart: boolean): number =>
  atStart ? titleRune(code) : upperRune(code);

/** Capitals become small and small letters capitals (a title letter behind white space). */
const swapCase = (text: ByteString): ByteString => {
  let atStart = true;
  return mapRunes(text, (code) => {
    const capital = isUpper(code) || isTitle(code);
    const small = isLower(code);
    const swapped = small ? swappedSmallLetter(code, atStart) : code;
    atStart = !capital && !small && isSpace(code);
    return capital ? lowerRune(code) : swapped;
  });
};

/** Takes each byte for a character of Latin-1, as sprig does: text that is not ASCII comes out changed, if any byte of it is taken away. */
const withoutSpace = (text: ByteString): ByteString => {
  let kept = 0;
  const changed = latin1Characters(text, (code) => {
    const isKept = !isSpace(code);
    if (isKept) kept++;
    return isKept;
  });
  return kept === text.length ? text : changed;
};

/** First byte of each word, each taken for a character of Latin-1. */
const initials = (text: ByteString): ByteString =>
  latin1Characters(
    text,
    (code, index) => !isSpace(code) && (index === 0 || isSpace(text.charCodeAt(index - 1))),
  );

/** What going rune by rune costs for each byte, in time and memory; finding words takes more. */
const runeCost = 12;
const wordCost = 32;

const letterFunction = (
  name: string,
  change: (text: ByteString) => ByteString,
  cost = runeCost,
): TemplateFunction =>
  define(name, ['string'], ([argument], { spend }) => {
    const text = stringArgument(argument);
    spend(text.length * cost);
    return stringValue(change(text));
  });

/** Functions that look at letters. */
export const letterFunctions: readonly TemplateFunction[] = [
  letterFunction('upper', (text) => mapRunes(text, upperRune)),
  letterFunction('lower', (text) => mapRunes(text, lowerRune)),
  letterFunction('title', title),
  letterFunction('untitle', untitle),
  letterFunction('swapcase', swapCase),
  letterFunction('nospace', withoutSpace),
  letterFunction('initials', initials),
  letterFunction('snakecase', (text) => separatedWords(text, '_'), wordCost),
  letterFunction('kebabcase', (text) => separatedWords(text, '-'), wordCost),
  letterFunction('camelcase', camelCase, wordCost),
];
