import { err, ok, type Result } from '../../../result.ts';
import { formatFloat } from '../../format/float.ts';
import { runesOf } from '../../runes.ts';
import { fromByteString, toByteString } from '../../utf8.ts';
import {
  type ByteString,
  type CallContext,
  type FloatValue,
  FunctionError,
  type ListValue,
  type MapValue,
  type ObjectValue,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { plainNode, textNode, type YamlNode } from './node.ts';
import { resolve } from './resolve.ts';

/** Go writes each byte that is no UTF-8 as U+FFFD. */
const decode = (bytes: ByteString): string => {
  const text = fromByteString(bytes);
  if (toByteString(text) === bytes) return text;
  return Array.from(runesOf(bytes), ({ code }) => String.fromCodePoint(code)).join('');
};

/** Characters that YAML does not take, not even between quotes. */
const refused = /[\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** How long a key of JSON can be for a reader of YAML, quotes and escapes with it. */
const longestKey = 1024;

/**
 * What becomes of a text on sigs.k8s.io/yaml's way through JSON and a reader of YAML: a "next line" (U+0085) is a line break between
 * quotes, which is folded.
 */
const throughJson = (bytes: ByteString): Result<string, string> => {
  const text = decode(bytes);
  if (refused.test(text)) return err('control characters are not allowed');
  if (!text.includes('\u0085')) return ok(text);
  const folded = text.replaceAll(/[ \u0085]+/g, (blanks) => {
    const count = blanks.replaceAll(' ', '').length;
    if (count === 0) return blanks;
    return count === 1 ? ' ' : '\n'.repeat(count - 1);
  });
  return ok(folded);
};

/** Go's JSON has six characters for these. */
const isTooLongForKey = (text: string): boolean =>
  Array.from(JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, '\\u0000')).length > longestKey;

/** JSON's text of a number, read as YAML. */
const numberNode = ({ value, type }: FloatValue): Result<YamlNode, string> => {
  if (!Number.isFinite(value)) return err('unsupported value');
  const size = type === 'float32' ? 32 : 64;
  const isLarge = Math.abs(value) >= 1e21 || (value !== 0 && Math.abs(value) < 1e-6);
  const json = formatFloat(value, isLarge ? 'e' : 'f', -1, size);
  const resolved = resolve(json);
  if (resolved.kind === 'integer') return ok(plainNode(String(resolved.value)));
  return ok(plainNode(formatFloat(Number(json), 'g', -1, 64)));
};

interface Writing {
  readonly context: CallContext;
  /** How many values the one that is written is inside of. */
  readonly depth: number;
}

const listNode = (items: readonly Value[], writing: Writing): Result<YamlNode, string> => {
  const nodes: YamlNode[] = [];
  for (const item of items) {
    const node = nodeOf(item, writing);
    if (!node.ok) return node;
    nodes.push(node.value);
  }
  return ok({ kind: 'list', items: nodes });
};

const mapNode = (
  entries: Iterable<readonly [ByteString, Value]>,
  writing: Writing,
): Result<YamlNode, string> => {
  const nodes = new Map<string, YamlNode>();
  for (const [name, value] of entries) {
    const key = throughJson(name);
    if (!key.ok) return key;
    // A key must be on one line.
    if (decode(name).includes('\u0085')) return err('a key has a line break');
    if (isTooLongForKey(key.value)) return err('a key is too long');
    const node = nodeOf(value, writing);
    if (!node.ok) return node;
    nodes.set(key.value, node.value);
  }
  return ok({ kind: 'map', entries: nodes });
};

/** The text that `MarshalJSON` gives: all that we have give texts. */
const marshalled = (marshal: TemplateFunction, context: CallContext): Result<YamlNode, string> => {
  try {
    const json = marshal.call([], context);
    return ok(textNode(json.kind === 'bytes' ? String(JSON.parse(fromByteString(json.value))) : ''));
  } catch (error) {
    if (error instanceof FunctionError) return err(error.message);
    throw error;
  }
};

/** By its `MarshalJSON`, as the number that it is under its name, else by its fields. */
const objectNode = (object: ObjectValue, writing: Writing): Result<YamlNode, string> => {
  const marshal = object.methods.get('MarshalJSON');
  if (marshal !== undefined) return marshalled(marshal, writing.context);
  return typeof object.inner === 'bigint'
    ? ok(plainNode(String(object.inner)))
    : mapNode(object.fields, writing);
};

const stringNode = (bytes: ByteString): Result<YamlNode, string> => {
  const text = throughJson(bytes);
  return text.ok ? ok(textNode(text.value)) : text;
};

type Collection = ListValue | MapValue | ObjectValue;

const scalarNode = (value: Exclude<Value, Collection>): Result<YamlNode, string> => {
  switch (value.kind) {
    case 'nil':
      return ok(plainNode('null'));
    case 'boolean':
    case 'integer':
      return ok(plainNode(String(value.value)));
    case 'float':
      return numberNode(value);
    case 'string':
      return stringNode(value.value);
    case 'bytes':
      return ok(textNode(Buffer.from(value.value, 'latin1').toString('base64')));
    case 'complex':
    case 'function':
      return err('unsupported type');
  }
};

const collectionNode = (value: Collection, writing: Writing): Result<YamlNode, string> => {
  if (value.kind === 'object') return objectNode(value, writing);
  if (value.kind === 'map') return mapNode(value.entries, writing);
  return value.isNil === true ? ok(plainNode('null')) : listNode(value.items, writing);
};

const isCollection = (value: Value): value is Collection =>
  value.kind === 'list' || value.kind === 'map' || value.kind === 'object';

/** About what a node takes, with the value's own. */
const nodeBytes = 256;

/** Values inside each other that are followed. A map can be made to hold itself (`set $d "self" $d`). */
const deepest = 1000;

/** What a text costs for each byte: it is looked at, and written, character by character. */
const textCost = 32;

const nodeOf = (value: Value, writing: Writing): Result<YamlNode, string> => {
  const length = value.kind === 'string' || value.kind === 'bytes' ? value.value.length : 0;
  writing.context.spend(nodeBytes + length * textCost);
  if (!isCollection(value)) return scalarNode(value);
  if (writing.depth === deepest) return err('a value is nested too deeply');
  return collectionNode(value, { ...writing, depth: writing.depth + 1 });
};

/** The YAML of a value, as JSON has it; an error for what has no JSON (functions, NaN) or cannot be read back. */
export const toYamlNode = (value: Value, context: CallContext): Result<YamlNode, string> =>
  nodeOf(value, { context, depth: 0 });
