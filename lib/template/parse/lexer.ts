import { quote } from '../quote.ts';
import { decodeRune, isDigit, isLetter } from '../runes.ts';
import { sprintf } from '../print.ts';
import { integerValue, type ByteString } from '../value.ts';
import { keywords, type Token, type TokenKind } from './token.ts';

const spaces = new Set([' ', '\t', '\r', '\n']);
const leftDelimiter = '{{';
const rightDelimiter = '}}';

/** Characters that are a token by themselves. */
const single: ReadonlyMap<string, TokenKind> = new Map([
  ['=', 'assign'],
  ['|', 'pipe'],
]);

const isAlphanumeric = (code: number): boolean => code === 0x5f || isLetter(code) || isDigit(code);

const isSpaceAt = (source: ByteString, at: number): boolean => spaces.has(source.charAt(at));

/** Where the space before `end` starts. */
const spaceStart = (source: ByteString, start: number, end: number): number => {
  let at = end;
  while (at > start && isSpaceAt(source, at - 1)) at--;
  return at;
};

const spaceEnd = (source: ByteString, start: number): number => {
  let at = start;
  while (isSpaceAt(source, at)) at++;
  return at;
};

/** Cuts a template into tokens, one at each call of `next`. */
export class Lexer {
  private position = 0;
  private insideAction = false;
  private parentheses = 0;
  /** Lines are counted up to here. */
  private countedTo = 0;
  private line = 1;
  private readonly source: ByteString;

  constructor(source: ByteString) {
    this.source = source;
  }

  /** The next token; `eof` again and again at the end. */
  next(): Token {
    return this.insideAction ? this.actionToken() : this.textToken();
  }

  private lineAt(position: number): number {
    for (let at = this.countedTo; at < position; at++) if (this.source[at] === '\n') this.line++;
    this.countedTo = Math.max(this.countedTo, position);
    return this.line;
  }

  private token(kind: TokenKind, start: number, end: number): Token {
    this.position = end;
    return { kind, position: start, text: this.source.slice(start, end), line: this.lineAt(start) };
  }

  private error(start: number, text: ByteString): Token {
    return { kind: 'error', position: start, text, line: this.lineAt(start) };
  }

  private textToken(): Token {
    for (;;) {
      const start = this.position;
      const found = this.source.indexOf(leftDelimiter, start);
      if (found < 0) {
        const { length } = this.source;
        return this.token(length > start ? 'text' : 'eof', start, length);
      }
      const marker = found + leftDelimiter.length;
      const trims = this.source[marker] === '-' && isSpaceAt(this.source, marker + 1);
      const textEnd = trims ? spaceStart(this.source, start, found) : found;
      if (textEnd > start) {
        const text = this.token('text', start, textEnd);
        this.position = found;
        return text;
      }
      const inside = trims ? marker + 2 : marker;
      if (!this.source.startsWith('/*', inside)) return this.leftDelimiter(found, inside);
      const problem = this.skipComment(inside);
      if (problem !== undefined) return problem;
    }
  }

  private leftDelimiter(start: number, inside: number): Token {
    const token = this.token('left-delimiter', start, start + leftDelimiter.length);
    this.position = inside;
    this.insideAction = true;
    this.parentheses = 0;
    return token;
  }

  private skipComment(start: number): Token | undefined {
    const end = this.source.indexOf('*/', start + 2);
    if (end < 0) return this.error(start, 'unclosed comment');
    const after = end + 2;
    const close = this.rightDelimiterAt(after);
    if (close === undefined) return this.error(start, 'comment ends before closing delimiter');
    this.position = close.trims ? spaceEnd(this.source, close.end) : close.end;
    return undefined;
  }

  /** A right delimiter, with or without the marker that trims what comes after it. */
  private rightDelimiterAt(at: number): { start: number; end: number; trims: boolean } | undefined {
    const trims = isSpaceAt(this.source, at) && this.source[at + 1] === '-';
    const start = trims ? at + 2 : at;
    if (trims && this.source.startsWith(rightDelimiter, start)) return { start, end: start + 2, trims };
    return this.source.startsWith(rightDelimiter, at) ? { start: at, end: at + 2, trims: false } : undefined;
  }

  private actionToken(): Token {
    const start = this.position;
    const close = this.rightDelimiterAt(start);
    if (close !== undefined) {
      if (this.parentheses > 0) return this.error(start, 'unclosed left paren');
      const token = this.token('right-delimiter', close.start, close.end);
      if (close.trims) this.position = spaceEnd(this.source, close.end);
      this.insideAction = false;
      return token;
    }
    if (start >= this.source.length) return this.error(start, 'unclosed action');
    return isSpaceAt(this.source, start) ? this.space(start) : this.word(start);
  }

  private space(start: number): Token {
    const end = spaceEnd(this.source, start);
    // The last space may belong to a marker: " -}}".
    const marked = this.rightDelimiterAt(end - 1)?.trims === true;
    return this.token('space', start, marked ? end - 1 : end);
  }

  private word(start: number): Token {
    const first = this.source.charAt(start);
    const kind = single.get(first);
    if (kind !== undefined) return this.token(kind, start, start + 1);
    if (first === '"') return this.quoted(start, '"', 'string', 'unterminated quoted string');
    if (first === "'") return this.quoted(start, "'", 'character', 'unterminated character constant');
    if (first === '`') return this.rawString(start);
    if (first === ':') return this.colonEquals(start);
    if (first === '$') return this.fieldOrVariable(start, 'variable', 'variable');
    return this.operand(start, first);
  }

  private operand(start: number, first: string): Token {
    const second = this.source.charAt(start + 1);
    if (first === '.' && /[^0-9]/.test(second)) return this.fieldOrVariable(start, 'field', 'dot');
    if (/[.+\-0-9]/.test(first)) return this.number(start);
    const { code } = decodeRune(this.source, start);
    if (isAlphanumeric(code)) return this.identifier(start);
    if (first === '(') return this.openParenthesis(start);
    if (first === ')') return this.closeParenthesis(start);
    if (code > 0x20 && code < 0x7f) return this.token('char', start, start + 1);
    return this.error(start, `unrecognized character in action: ${this.shownCode(code)}`);
  }

  private openParenthesis(start: number): Token {
    this.parentheses++;
    return this.token('left-parenthesis', start, start + 1);
  }

  private closeParenthesis(start: number): Token {
    this.parentheses--;
    return this.parentheses < 0
      ? this.error(start, 'unexpected right paren')
      : this.token('right-parenthesis', start, start + 1);
  }

  private shownCode(code: number): ByteString {
    return sprintf('%#U', [integerValue(BigInt(code), 'int32')]);
  }

  private colonEquals(start: number): Token {
    return this.source[start + 1] === '='
      ? this.token('declare', start, start + 2)
      : this.error(start, 'expected :=');
  }

  private quoted(start: number, mark: string, kind: TokenKind, problem: string): Token {
    for (let at = start + 1; at < this.source.length && this.source[at] !== '\n'; at++) {
      if (this.source[at] === mark) return this.token(kind, start, at + 1);
      if (this.source[at] === '\\') at++;
      if (this.source[at] === '\n') break;
    }
    return this.error(start, problem);
  }

  private rawString(start: number): Token {
    const end = this.source.indexOf('`', start + 1);
    return end < 0
      ? this.error(start, 'unterminated raw quoted string')
      : this.token('raw-string', start, end + 1);
  }

  private alphanumericEnd(start: number): number {
    let at = start;
    while (at < this.source.length) {
      const { code, size } = decodeRune(this.source, at);
      if (!isAlphanumeric(code)) break;
      at += size;
    }
    return at;
  }

  /** Whether a word may end here. */
  private endsWord(at: number): boolean {
    const next = this.source.charAt(at);
    return next === '' || ' \t\r\n.,|:)('.includes(next) || this.source.startsWith(rightDelimiter, at);
  }

  private badCharacter(start: number, at: number): Token {
    return this.error(start, `bad character ${this.shownCode(decodeRune(this.source, at).code)}`);
  }

  private identifier(start: number): Token {
    const end = this.alphanumericEnd(start);
    if (!this.endsWord(end)) return this.badCharacter(start, end);
    const word = this.source.slice(start, end);
    const kind = word === 'true' || word === 'false' ? 'boolean' : 'identifier';
    return this.token(keywords.get(word) ?? kind, start, end);
  }

  private fieldOrVariable(start: number, kind: TokenKind, bare: TokenKind): Token {
    if (this.endsWord(start + 1)) return this.token(bare, start, start + 1);
    const end = this.alphanumericEnd(start + 1);
    return this.endsWord(end) ? this.token(kind, start, end) : this.badCharacter(start, end);
  }

  private number(start: number): Token {
    const first = this.scanNumber(start);
    if (!first.good) return this.badNumber(start, first.end);
    if (!/[+-]/.test(this.source.charAt(first.end))) return this.token('number', start, first.end);
    const second = this.scanNumber(first.end);
    return second.good && this.source[second.end - 1] === 'i'
      ? this.token('complex', start, second.end)
      : this.badNumber(start, second.end);
  }

  private badNumber(start: number, end: number): Token {
    return this.error(start, `bad number syntax: ${quote(this.source.slice(start, end))}`);
  }

  private scanNumber(start: number): { readonly end: number; readonly good: boolean } {
    const pattern =
      /[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?/y;
    pattern.lastIndex = start;
    const end = start + (pattern.exec(this.source)?.[0].length ?? 0);
    if (end >= this.source.length) return { end, good: true };
    const { code, size } = decodeRune(this.source, end);
    return isAlphanumeric(code) ? { end: end + size, good: false } : { end, good: true };
  }
}
