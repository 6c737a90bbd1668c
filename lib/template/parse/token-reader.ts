import type { TemplateLimits } from '../limits.ts';
import type { ByteString } from '../value.ts';
import type { Lexer } from './lexer.ts';
import type { ListNode } from './node.ts';
import { shownToken, type Token, type TokenKind } from './token.ts';

/** A message may quote a token, which may be as long as the source. */
const maxMessage = 1000;

/** Why a template cannot be parsed; the message is complete. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure';
}

/** What all the templates of one source share. */
export interface Source {
  /** Name that messages begin with. */
  readonly name: ByteString;
  readonly lexer: Lexer;
  readonly functions: ReadonlySet<string>;
  readonly limits: TemplateLimits;
  /** The templates that are defined so far. */
  readonly templates: Map<ByteString, ListNode>;
  /** Blocks that the parser is inside of. */
  blocks: number;
}

/** Reads tokens with as much look-ahead as is put back, and says where it failed. */
export class TokenReader {
  readonly source: Source;
  private readonly pending: Token[] = [];
  private latest: Token | undefined;
  /** Line that the action begins on, while inside of one. */
  actionLine = 0;

  constructor(source: Source) {
    this.source = source;
  }

  next(): Token {
    const pending = this.pending.pop();
    if (pending !== undefined) return pending;
    this.latest = this.source.lexer.next();
    return this.latest;
  }

  putBack(...tokens: readonly Token[]): void {
    for (const token of tokens.toReversed()) this.pending.push(token);
  }

  peek(): Token {
    const token = this.next();
    this.putBack(token);
    return token;
  }

  nextNonSpace(): Token {
    let token = this.next();
    while (token.kind === 'space') token = this.next();
    return token;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.putBack(token);
    return token;
  }

  /** Line of the last token that was cut, which is where Go says an error is. */
  fail(message: ByteString): never {
    const shown = message.length > maxMessage ? `${message.slice(0, maxMessage)}...` : message;
    throw new ParseFailure(`template: ${this.source.name}:${this.latest?.line ?? 0}: ${shown}`);
  }

  unexpected(token: Token, context: string): never {
    if (token.kind !== 'error') this.fail(`unexpected ${shownToken(token)} in ${context}`);
    const elsewhere = this.actionLine !== 0 && this.actionLine !== token.line;
    const start = ` started at ${this.source.name}:${this.actionLine}`;
    // An "unclosed action" says what it is already.
    const where = token.text.endsWith(' action') ? start : ` in action${start}`;
    this.fail(token.text + (elsewhere ? where : ''));
  }

  expect(context: string, ...kinds: readonly TokenKind[]): Token {
    const token = this.nextNonSpace();
    if (!kinds.includes(token.kind)) this.unexpected(token, context);
    return token;
  }
}
