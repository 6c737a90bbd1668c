import { ByteBuilder } from '../../byte-builder.ts';
import { decodeRune, encodeRune, isInvalid, type Rune } from '../../runes.ts';
import { typeName } from '../../types.ts';
import { type ByteString, type CallContext, type ObjectValue, type Value } from '../../value.ts';
import { encodeBase64 } from './base64.ts';
import { JsonError } from './json-error.ts';
import { visit } from './nesting.ts';
import { sortedKeys } from './values.ts';

export interface JsonStyle {
  /** Whether `<`, `>` and `&` are written as escapes, as Go does where it is not told otherwise. */
  readonly escapeHtml: boolean;
  /** Two spaces a level, each element on a line of its own. */
  readonly pretty: boolean;
}

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x08, '\\b'],
  [0x0c, '\\f'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
]);
/** Line and paragraph separators, which JavaScript once took for ends of lines. */
const separators: ReadonlySet<number> = new Set([0x2028, 0x2029]);
const html: ReadonlySet<number> = new Set([0x3c, 0x3e, 0x26]);

const numericEscape = (code: number): string => `\\u${code.toString(16).padStart(4, '0')}`;

const escapedRune = (rune: Rune, { escapeHtml }: JsonStyle): ByteString => {
  const { code } = rune;
  const short = shortEscapes.get(code);
  if (short !== undefined) return short;
  if (isInvalid(rune) || code < 0x20 || separators.has(code)) return numericEscape(code);
  return escapeHtml && html.has(code) ? numericEscape(code) : encodeRune(code);
};

/** Text without anything that is escaped. */
const plain = /^[ !#-%'-;=?-[\]-~]*$/;
/** What a text with escapes costs for each byte: it goes rune by rune. */
const escapingCost = 16;

const quoted = (text: ByteString, style: JsonStyle): ByteString => {
  const escaped = new ByteBuilder();
  for (let at = 0; at < text.length;) {
    const rune = decodeRune(text, at);
    escaped.add(escapedRune(rune, style));
    at += rune.size;
  }
  return `"${escaped.text()}"`;
};

const floatText = (value: number): string => {
  if (Number.isNaN(value)) throw new JsonError('json: unsupported value: NaN');
  if (!Number.isFinite(value)) {
    throw new JsonError(`json: unsupported value: ${value > 0 ? '+Inf' : '-Inf'}`);
  }
  return Object.is(value, -0) ? '-0' : String(value);
};

/** Writes one value after the other; a style and the bounds go with it. */
class JsonWriter {
  private readonly style: JsonStyle;
  private readonly context: CallContext;
  private readonly ancestors = new Set<Value>();

  constructor(style: JsonStyle, context: CallContext) {
    this.style = style;
    this.context = context;
  }

  write(value: Value): ByteString {
    visit(this.context, this.ancestors.size);
    if (value.kind === 'nil') return 'null';
    if (value.kind === 'boolean' || value.kind === 'integer') return String(value.value);
    if (value.kind === 'float') return floatText(value.value);
    if (value.kind === 'string') return this.text(value.value);
    if (value.kind === 'bytes') return this.text(encodeBase64(value.value));
    return this.writeNested(value);
  }

  private text(text: ByteString): ByteString {
    const isPlain = plain.test(text);
    this.context.spend(text.length * (isPlain ? 1 : escapingCost));
    return isPlain ? `"${text}"` : quoted(text, this.style);
  }

  private writeNested(value: Value): ByteString {
    if (this.ancestors.has(value)) {
      throw new JsonError(`json: unsupported value: encountered a cycle via ${typeName(value)}`);
    }
    this.ancestors.add(value);
    const written = this.writeParts(value);
    this.ancestors.delete(value);
    return written;
  }

  private writeParts(value: Value): ByteString {
    if (value.kind === 'list') return value.isNil === true ? 'null' : this.writeItems(value.items);
    if (value.kind === 'map') return this.fields(sortedKeys(value.entries), value.entries);
    if (value.kind === 'object') return this.writeObject(value);
    throw new JsonError(`json: unsupported type: ${typeName(value)}`);
  }

  private writeItems(items: readonly Value[]): ByteString {
    return this.enclosed(
      '[]',
      items.map((item) => this.write(item)),
    );
  }

  /** As the object says itself, as the number that it is by its kind, or by its fields. */
  private writeObject(value: ObjectValue): ByteString {
    const own = value.methods.get('MarshalJSON')?.call([], this.context);
    if (own?.kind === 'bytes' || own?.kind === 'string') return own.value;
    if (typeof value.inner === 'bigint') return String(value.inner);
    return this.fields([...value.fields.keys()], value.fields);
  }

  private fields(names: readonly string[], fields: ReadonlyMap<string, Value>): ByteString {
    const space = this.style.pretty ? ' ' : '';
    const parts = names.flatMap((name) => {
      const value = fields.get(name);
      return value === undefined ? [] : [`${this.text(name)}:${space}${this.write(value)}`];
    });
    return this.enclosed('{}', parts);
  }

  private enclosed(brackets: '[]' | '{}', parts: readonly ByteString[]): ByteString {
    const [open, close] = [brackets.slice(0, 1), brackets.slice(1)];
    if (!this.style.pretty || parts.length === 0) return open + parts.join(',') + close;
    const outer = '  '.repeat(this.ancestors.size - 1);
    this.context.spend(parts.length * outer.length);
    return `${open}\n${parts.map((part) => `${outer}  ${part}`).join(',\n')}\n${outer}${close}`;
  }
}

/** JSON as Go's `encoding/json` writes it: keys sorted, bytes in base64. Throws `FunctionError` for what JSON cannot hold. */
export const encodeJson = (value: Value, style: JsonStyle, context: CallContext): ByteString =>
  new JsonWriter(style, context).write(value);
