import { quote } from '../quote.ts';
import { decodeRune } from '../runes.ts';
import { sprintf } from '../print.ts';
import { integerValue, type ByteString } from '../value.ts';
import {
  alphanumericEnd,
  endsWord,
  isAlphanumeric,
  isSpaceAt,
  quotedEnd,
  rightDelimiterAt,
  scanNumber,
  spaceEnd,
  spaceStart,
} from './extent.ts';
import { keywords, type Token, type TokenKind } from './token.ts';

const leftDelimiter = '{{';

/** Characters that are a token by themselves. */
const single: ReadonlyMap<string, TokenKind> = new Map([
  ['=', 'assign'],
  ['|', 'pipe'],
]);

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
    const close = rightDelimiterAt(this.source, after);
    if (close === undefined) return this.error(start, 'comment ends before closing delimiter');
    this.position = close.trims ? spaceEnd(this.source, close.end) : close.end;
    return undefined;
  }

  private actionToken(): Token {
    const start = this.position;
    const close = rightDelimiterAt(this.source, start);
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
    const marked = rightDelimiterAt(this.source, end - 1)?.trims === true;
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
    const end = quotedEnd(this.source, start, mark);
    return end === undefined ? this.error(start, problem) : this.token(kind, start, end);
  }

  private rawString(start: number): Token {
    const end = this.source.indexOf('`', start + 1);
    return end < 0
      ? this.error(start, 'unterminated raw quoted string')
      : this.token('raw-string', start, end + 1);
  }

  private badCharacter(start: number, at: number): Token {
    return this.error(start, `bad character ${this.shownCode(decodeRune(this.source, at).code)}`);
  }

  private identifier(start: number): Token {
    const end = alphanumericEnd(this.source, start);
    if (!endsWord(this.source, end)) return this.badCharacter(start, end);
    const word = this.source.slice(start, end);
    const kind = word === 'true' || word === 'false' ? 'boolean' : 'identifier';
    return this.token(keywords.get(word) ?? kind, start, end);
  }

  private fieldOrVariable(start: number, kind: TokenKind, bare: TokenKind): Token {
    if (endsWord(this.source, start + 1)) return this.token(bare, start, start + 1);
    const end = alphanumericEnd(this.source, start + 1);
    return endsWord(this.source, end) ? this.token(kind, start, end) : this.badCharacter(start, end);
  }

  private number(start: number): Token {
    const first = scanNumber(this.source, start);
    if (!first.good) return this.badNumber(start, first.end);
    if (!/[+-]/.test(this.source.charAt(first.end))) return this.token('number', start, first.end);
    const second = scanNumber(this.source, first.end);
    return second.good && this.source[second.end - 1] === 'i'
      ? this.token('complex', start, second.end)
      : this.badNumber(start, second.end);
  }

  private badNumber(start: number, end: number): Token {
    return this.error(start, `bad number syntax: ${quote(this.source.slice(start, end))}`);
  }
}
