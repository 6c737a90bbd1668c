import { ByteBuilder } from '../../byte-builder.ts';
import { decodeRune, encodeRune, runeError } from '../../runes.ts';
import {
  booleanValue,
  floatValue,
  listValue,
  mapValue,
  nil,
  stringValue,
  type ByteString,
  type CallContext,
  type Value,
} from '../../value.ts';

import { JsonError } from './json-error.ts';
import { valueCost } from './nesting.ts';

const readingCost = 4;

/** Levels of lists and objects inside each other. */
const maximumDepth = 1000;

const numberPattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const plainPattern = /[^"\\\x00-\x1f\x80-\xff]*/y;
const unicodePattern = /\\u([0-9a-fA-F]{4})/y;

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

const literals: readonly (readonly [string, Value])[] = [
  ['null', nil],
  ['true', booleanValue(true)],
  ['false', booleanValue(false)],
];

interface Decoded {
  readonly value: Value;
  /** What was wrong with a text that could be read nevertheless: a number that no float64 can hold, and is nil. */
  readonly problem?: string;
}

/** Reads JSON as Go's `encoding/json` does into an empty interface: numbers are float64, the last of several equal keys counts. */
class JsonReader {
  problem: string | undefined;
  private readonly text: ByteString;
  private readonly context: CallContext;
  private at = 0;

  constructor(text: ByteString, context: CallContext) {
    this.text = text;
    this.context = context;
  }

  read(): Value {
    const value = this.value(0);
    this.skipSpace();
    return this.at === this.text.length ? value : this.unexpected();
  }

  /** Go's error quotes the character; ours says where it is, since it may be a secret's. */
  private unexpected(): never {
    if (this.at >= this.text.length) throw new JsonError('unexpected end of JSON input');
    throw new JsonError(`invalid JSON at byte ${this.at}`);
  }

  private skipSpace(): void {
    while (' \t\r\n'.includes(this.text.charAt(this.at)) && this.at < this.text.length) this.at++;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  private takes(character: string): boolean {
    this.skipSpace();
    if (this.text.charAt(this.at) !== character) return false;
    this.at++;
    return true;
  }

  private value(depth: number): Value {
    this.context.spend(valueCost);
    if (depth > maximumDepth) throw new JsonError('exceeded max depth');
    this.skipSpace();
    switch (this.text.charAt(this.at)) {
      case '{':
        return this.object(depth);
      case '[':
        return this.list(depth);
      case '"':
        return stringValue(this.string());
      default:
        return this.literal() ?? this.number();
    }
  }

  private literal(): Value | undefined {
    const found = literals.find(([word]) => this.text.startsWith(word, this.at));
    if (found !== undefined) {
      this.at += found[0].length;
      return found[1];
    }
    const word = literals.find(([other]) => this.text.charAt(this.at) === other.charAt(0))?.[0];
    if (word !== undefined) this.skipShared(word);
    return undefined;
  }

  /** Goes to the first character that differs from a word's, which is the one that is wrong. */
  private skipShared(word: string): never {
    for (const character of word) {
      if (this.text.charAt(this.at) !== character) break;
      this.at++;
    }
    return this.unexpected();
  }

  private number(): Value {
    const start = this.at;
    const digits = this.match(numberPattern)?.[0];
    if (digits === undefined) {
      if (this.text.charAt(start) === '-') this.at++;
      return this.unexpected();
    }
    const value = Number(digits);
    if (Number.isFinite(value)) return floatValue(value);
    this.problem ??= 'json: cannot unmarshal a number into Go value of type float64';
    return nil;
  }

  private list(depth: number): Value {
    this.at++;
    if (this.takes(']')) return listValue([]);
    const items: Value[] = [];
    do items.push(this.value(depth + 1));
    while (this.takes(','));
    return this.takes(']') ? listValue(items) : this.unexpected();
  }

  private object(depth: number): Value {
    this.at++;
    if (this.takes('}')) return mapValue([]);
    const entries = new Map<ByteString, Value>();
    do {
      this.skipSpace();
      if (this.text.charAt(this.at) !== '"') return this.unexpected();
      const key = this.string();
      if (!this.takes(':')) return this.unexpected();
      entries.set(key, this.value(depth + 1));
    } while (this.takes(','));
    return this.takes('}') ? mapValue(entries) : this.unexpected();
  }

  private string(): ByteString {
    this.at++;
    const text = new ByteBuilder();
    for (;;) {
      text.add(this.match(plainPattern)?.[0] ?? '');
      const character = this.text.charAt(this.at);
      if (character === '"') break;
      if (character === '\\') text.add(this.escape());
      else if (character >= '\x80') text.add(this.rune());
      else return this.unexpected();
    }
    this.at++;
    return text.text();
  }

  private rune(): ByteString {
    const { code, size } = decodeRune(this.text, this.at);
    this.at += size;
    return encodeRune(code);
  }

  private escape(): ByteString {
    const unit = this.unicodeEscape();
    if (unit !== undefined) return encodeRune(this.pairedWith(unit));
    const simple = simpleEscapes.get(this.text.charAt(this.at + 1));
    if (simple === undefined) return this.badEscape();
    this.at += 2;
    return simple;
  }

  private badEscape(): never {
    this.at++;
    if (this.text.charAt(this.at) === 'u') {
      this.at++;
      while (/[0-9a-fA-F]/.test(this.text.charAt(this.at))) this.at++;
    }
    return this.unexpected();
  }

  private unicodeEscape(): number | undefined {
    const hexadecimal = this.match(unicodePattern)?.[1];
    return hexadecimal === undefined ? undefined : Number.parseInt(hexadecimal, 16);
  }

  /** A surrogate and the escape behind it that completes it; U+FFFD for one that stands alone. */
  private pairedWith(unit: number): number {
    if (unit < 0xd800 || unit > 0xdfff) return unit;
    const start = this.at;
    const second = unit < 0xdc00 ? this.unicodeEscape() : undefined;
    if (second !== undefined && second >= 0xdc00 && second <= 0xdfff) {
      return 0x10000 + ((unit - 0xd800) << 10) + (second - 0xdc00);
    }
    this.at = start;
    return runeError;
  }
}

/** Throws `FunctionError` for a text that is not JSON. */
export const decodeJson = (text: ByteString, context: CallContext): Decoded => {
  context.spend(text.length * readingCost);
  const reader = new JsonReader(text, context);
  const value = reader.read();
  return reader.problem === undefined ? { value } : { value, problem: reader.problem };
};
