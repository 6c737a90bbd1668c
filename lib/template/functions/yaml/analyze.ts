/** How a text may be written, by what it is made of (libyaml's rules, which go-yaml 2 has). */
export interface Analysis {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleQuotedAllowed: boolean;
  readonly literalAllowed: boolean;
}

export const isBreak = (character: string): boolean => /^[\r\n\u0085\u2028\u2029]$/.test(character);

/** Within the plane of the common characters alone, without the byte order mark. */
export const isPrintable = (character: string): boolean =>
  /^[\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]$/.test(character);

const isBlankOrEnd = (character: string | undefined): boolean =>
  character === undefined || character === ' ' || character === '\t';

/** Indicators that a plain text cannot start with, and those that it cannot where a blank follows. */
const isIndicatorAtStart = (text: readonly string[]): boolean => {
  const [first = '', second] = text;
  return /^[#,[\]{}&*!|>'"%@`]$/.test(first) || (/^[?:-]$/.test(first) && isBlankOrEnd(second));
};

const hasIndicatorInside = (text: readonly string[]): boolean =>
  text.some((character, index) => {
    if (index === 0) return false;
    if (character === ':') return isBlankOrEnd(text[index + 1]);
    const before = text[index - 1] ?? '';
    return character === '#' && (isBlankOrEnd(before) || isBreak(before) || before === '\0');
  });

const hasSequence = (
  text: readonly string[],
  first: (character: string) => boolean,
  second: (character: string) => boolean,
): boolean => text.some((character, index) => index > 0 && second(character) && first(text[index - 1] ?? ''));

const isSpace = (character: string): boolean => character === ' ';

/** Whether a text has something at an edge that a plain one would lose. */
const hasBlankEdge = (text: readonly string[]): boolean =>
  [text[0] ?? '', text.at(-1) ?? ''].some((character) => isSpace(character) || isBreak(character));

const emptyAnalysis: Analysis = {
  multiline: false,
  plainAllowed: true,
  singleQuotedAllowed: true,
  literalAllowed: false,
};

export const analyze = (text: string): Analysis => {
  const characters = Array.from(text);
  if (characters.length === 0) return emptyAnalysis;
  const multiline = characters.some(isBreak);
  const breakThenSpace = hasSequence(characters, isBreak, isSpace);
  const special =
    hasSequence(characters, isSpace, isBreak) || characters.some((character) => !isPrintable(character));
  const hasIndicator =
    /^(?:---|\.\.\.)/.test(text) || isIndicatorAtStart(characters) || hasIndicatorInside(characters);
  return {
    multiline,
    plainAllowed: !multiline && !special && !hasIndicator && !hasBlankEdge(characters),
    singleQuotedAllowed: !breakThenSpace && !special,
    literalAllowed: !special && characters.at(-1) !== ' ',
  };
};
