import { err, ok } from '../../../../lib/result.ts';
import type { Result } from '../../../../lib/result.ts';

/** One `path "…" { … }` block: the path and what stands in its braces. */
export interface PathBlock {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const tokenPattern =
  /\s+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/|(?<string>"(?:[^"\\\n]|\\.)*")|(?<word>[A-Za-z_][\w-]*)|(?<sign>[{}[\]=,])/gy;

function tokenize(text: string): Result<string[], string> {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  for (let end = 0; end < text.length; end = tokenPattern.lastIndex) {
    const match = tokenPattern.exec(text);
    if (match === null) return err(`illegal character at offset ${end}`);
    const token = match.groups?.['string'] ?? match.groups?.['word'] ?? match.groups?.['sign'];
    if (token !== undefined) tokens.push(token);
  }
  return ok(tokens);
}

const isString = (token: string): boolean => token.startsWith('"');
const isSign =
  (sign: string) =>
  (token: string): boolean =>
    token === sign;

/** What a string in quotes says; undefined for an escape that JSON does not know. */
function unquote(token: string): string | undefined {
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}

/** Reads a list of tokens from the front; `expect` notes the first one that is not what it should be. */
class Reader {
  problem: string | undefined;
  readonly #tokens: string[];
  #next = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.problem !== undefined || this.#next >= this.#tokens.length;
  }

  peek(): string {
    return this.#tokens[this.#next] ?? 'end of text';
  }

  expect(fits: (token: string) => boolean, what: string): string {
    const token = this.peek();
    if (!fits(token)) this.problem ??= `expected ${what}, found ${token}`;
    this.#next += 1;
    return token;
  }

  /** The next token as a string in quotes, without them. */
  expectString(what: string): string {
    const token = this.expect(isString, what);
    const text = isString(token) ? unquote(token) : '';
    if (text === undefined) this.problem ??= `${token} has an escape that is none`;
    return text ?? '';
  }
}

function readValue(reader: Reader): unknown {
  if (reader.peek() !== '[') {
    return isString(reader.peek()) ? reader.expectString('a string') : reader.expect(() => true, 'a value');
  }
  reader.expect(isSign('['), '[');
  const items: unknown[] = [];
  while (!reader.done && reader.peek() !== ']') {
    items.push(reader.expectString('a string'));
    if (reader.peek() === ',') reader.expect(isSign(','), ',');
  }
  reader.expect(isSign(']'), ']');
  return items;
}

function readBlock(reader: Reader): PathBlock {
  reader.expect(isSign('path'), 'path');
  const path = reader.expectString('a path in quotes');
  reader.expect(isSign('{'), '{');
  const body: Record<string, unknown> = {};
  while (!reader.done && reader.peek() !== '}') {
    const name = reader.expect((token) => /^\w/.test(token), 'a name');
    reader.expect(isSign('='), '=');
    if (reader.problem === undefined) body[name] = readValue(reader);
  }
  reader.expect(isSign('}'), '}');
  return { path, body };
}

/** Reads the part of HCL that policies are written in: `path` blocks of strings and lists of strings, and comments. */
export function parseHcl(text: string): Result<PathBlock[], string> {
  const tokens = tokenize(text);
  if (!tokens.ok) return tokens;
  const reader = new Reader(tokens.value);
  const blocks: PathBlock[] = [];
  while (!reader.done) blocks.push(readBlock(reader));
  return reader.problem === undefined ? ok(blocks) : err(reader.problem);
}
