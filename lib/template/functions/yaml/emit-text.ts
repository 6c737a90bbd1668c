import { analyze, isBreak, isPrintable } from './analyze.ts';
import type { Output } from './output.ts';
import { isBase60, resolve } from './resolve.ts';

type Style = 'plain' | 'single' | 'double' | 'literal';

/** Texts that would be read as something else are quoted; those of several lines are written as they are. */
const styleOf = (text: string, isSimpleKey: boolean): Style => {
  const analysis = analyze(text);
  const wanted = wantedStyle(text);
  if (isSimpleKey && analysis.multiline) return 'double';
  if (wanted === 'literal') return analysis.literalAllowed && !isSimpleKey ? 'literal' : 'double';
  if (wanted === 'double' || analysis.plainAllowed) return wanted;
  return analysis.singleQuotedAllowed ? 'single' : 'double';
};

const wantedStyle = (text: string): Style => {
  if (text.includes('\n')) return 'literal';
  return resolve(text).kind === 'text' && !isBase60(text) ? 'plain' : 'double';
};

const escapes = new Map([
  ['\0', '0'],
  ['\u0007', 'a'],
  ['\b', 'b'],
  ['\t', 't'],
  ['\n', 'n'],
  ['\v', 'v'],
  ['\f', 'f'],
  ['\r', 'r'],
  ['\u001b', 'e'],
  ['"', '"'],
  ['\\', '\\'],
  ['\u0085', 'N'],
  ['\u00a0', '_'],
  ['\u2028', 'L'],
  ['\u2029', 'P'],
]);

const escapeCharacter = (character: string): string => {
  const known = escapes.get(character);
  if (known !== undefined) return `\\${known}`;
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
};

const byteOrderMark = '\ufeff';

/** Where one character of a text may become a line break: a space that is not the first of several, nor at an end. */
const isBetween = (characters: readonly string[], index: number): boolean =>
  characters[index] === ' ' && index > 0 && index < characters.length - 1 && characters[index - 1] !== ' ';

const needsEscape = (character: string): boolean =>
  !isPrintable(character) || isBreak(character) || character === '"' || character === '\\';

const writeDouble = (output: Output, text: string, mayFold: boolean): void => {
  // libyaml takes every character of a text that starts with a byte order mark for one.
  const escapesAll = text.startsWith(byteOrderMark);
  const characters = Array.from(text);
  output.indicator('"', { needsSpace: true });
  for (const [index, character] of characters.entries()) {
    if (escapesAll || needsEscape(character)) {
      output.put(escapeCharacter(character));
    } else if (mayFold && output.isFull && isBetween(characters, index)) {
      output.indent();
      if (characters[index + 1] === ' ') output.put('\\');
    } else {
      output.put(character);
    }
  }
  output.indicator('"');
};

/** Where a single space is between two words. */
const isSingleSpace = (characters: readonly string[], index: number): boolean =>
  isBetween(characters, index) && characters[index + 1] !== ' ';

interface Lines {
  /** The quote that the text is between, which is doubled inside of it. */
  readonly quote: string;
  readonly mayFold: boolean;
  /** Whether a line break of the text is written twice, since one alone would be read as a space. */
  readonly doublesBreaks: boolean;
}

const writeBreak = (output: Output, character: string, isSecond: boolean): void => {
  if (isSecond && character === '\n') output.lineBreak('\n');
  output.lineBreak(character);
};

/** Writes characters; lines after a break are indented. */
const writeLines = (output: Output, text: string, { quote, mayFold, doublesBreaks }: Lines): void => {
  const characters = Array.from(text);
  let afterBreak = !doublesBreaks;
  const putCharacter = (character: string): void => {
    if (afterBreak && (character !== ' ' || !doublesBreaks)) output.indent();
    output.put(character === quote ? quote + quote : character);
    afterBreak = false;
  };
  for (const [index, character] of characters.entries()) {
    if (isBreak(character)) {
      writeBreak(output, character, doublesBreaks && !afterBreak);
      afterBreak = true;
    } else if (mayFold && output.isFull && isSingleSpace(characters, index)) {
      output.indent();
    } else {
      putCharacter(character);
    }
  }
};

const writePlain = (output: Output, text: string, mayFold: boolean): void => {
  output.startPlain();
  writeLines(output, text, { quote: '', mayFold, doublesBreaks: true });
  output.endPlain();
};

const writeSingle = (output: Output, text: string, mayFold: boolean): void => {
  output.indicator("'", { needsSpace: true });
  writeLines(output, text, { quote: "'", mayFold, doublesBreaks: true });
  output.indicator("'");
};

const chomping = (text: string): string => {
  const characters = Array.from(text);
  if (!isBreak(characters.at(-1) ?? '')) return '-';
  return characters.length === 1 || isBreak(characters.at(-2) ?? '') ? '+' : '';
};

const writeLiteral = (output: Output, text: string): void => {
  const first = text.charAt(0);
  output.indicator('|', { needsSpace: true });
  if (first === ' ' || isBreak(first)) output.indicator('2');
  const hint = chomping(text);
  if (hint !== '') output.indicator(hint);
  output.lineBreak('\n');
  output.afterLineBreak();
  writeLines(output, text, { quote: '', mayFold: false, doublesBreaks: false });
};

const writers: Readonly<Record<Style, (output: Output, text: string, mayFold: boolean) => void>> = {
  plain: writePlain,
  single: writeSingle,
  double: writeDouble,
  literal: writeLiteral,
};

/** Writes a scalar; keys stay on their line. */
export const writeScalar = (output: Output, text: string, isSimpleKey: boolean): void => {
  writers[styleOf(text, isSimpleKey)](output, text, !isSimpleKey);
};

/** Writes a scalar that is no text: a number, `true`, `null`. */
export const writeConstant = (output: Output, text: string): void => {
  writePlain(output, text, false);
};
