import { quote } from '../quote.ts';
import { decodeRune } from '../runes.ts';
import type { ByteString } from '../value.ts';

export type Keyword =
  'block' | 'break' | 'continue' | 'define' | 'else' | 'end' | 'if' | 'nil' | 'range' | 'template' | 'with';

export type TokenKind =
  | Keyword
  | 'assign'
  | 'boolean'
  | 'character'
  | 'char'
  | 'complex'
  | 'declare'
  | 'dot'
  | 'eof'
  | 'error'
  | 'field'
  | 'identifier'
  | 'left-delimiter'
  | 'left-parenthesis'
  | 'number'
  | 'pipe'
  | 'raw-string'
  | 'right-delimiter'
  | 'right-parenthesis'
  | 'space'
  | 'string'
  | 'text'
  | 'variable';

export interface Token {
  readonly kind: TokenKind;
  /** Byte that the token starts at. */
  readonly position: number;
  /** As it stands in the source; the message for `error`. */
  readonly text: ByteString;
  /** Line that the token starts on, from 1. */
  readonly line: number;
}

export const keywords: ReadonlyMap<string, TokenKind> = new Map(
  (
    ['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'nil', 'range', 'template', 'with'] as const
  ).map((word) => [word, word]),
);

const firstRunes = (text: ByteString, count: number): ByteString => {
  let at = 0;
  for (let left = count; left > 0 && at < text.length; left--) at += decodeRune(text, at).size;
  return text.slice(0, at);
};

/** A token in a message: keywords in angle brackets, the rest quoted, and cut where it is long. */
export const shownToken = ({ kind, text }: Token): ByteString => {
  if (kind === 'eof') return 'EOF';
  if (kind === 'error') return text;
  if (kind === 'dot' || keywords.get(text) === kind) return `<${text}>`;
  return text.length > 10 ? `${quote(firstRunes(text, 10))}...` : quote(text);
};
