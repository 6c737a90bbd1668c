import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { err, ok, type Result } from '../../../result.ts';
import { fromByteString, toByteString } from '../../utf8.ts';
import { type ByteString, type CallContext, listValue, mapValue, nil, type Value } from '../../value.ts';
import { keyText, scalarValue } from './scalar-value.ts';

/** What each alias stands for: the last node before it that has its name. */
type Targets = ReadonlyMap<Alias, Node>;

/** Goes through a document once; an alias that is asked by itself looks through all of it. */
const targetsOf = (document: Document): Targets => {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      const target = isAlias(node) ? anchors.get(node.source) : undefined;
      if (isAlias(node) && target !== undefined) targets.set(node, target);
      if (!isAlias(node) && node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
};

interface Reading {
  readonly targets: Targets;
  readonly context: CallContext;
  /** Nodes that are being read, so that an alias to one of them is seen. */
  readonly open: Set<Node>;
  readonly readScalar: typeof scalarValue;
}

/** About what a node takes, and how much more a parsed text is than its bytes. */
const nodeBytes = 64;
const parseFactor = 16;
/** What the library takes for each part of a text that is likely to become a node. */
const parsedBytes = 512;
const indicators = /[,[\]{}&*#\n]|[-?:](?=\s)/g;

const failure = (problem: string): Result<never, string> => err(`yaml: ${problem}`);

const isPlain = (scalar: Scalar): boolean => scalar.type === 'PLAIN' || scalar.type === undefined;

const textOf = (scalar: Scalar): string => (typeof scalar.value === 'string' ? scalar.value : '');

const describeScalar = (scalar: Scalar): Parameters<typeof scalarValue>[0] => ({
  text: textOf(scalar),
  tag: scalar.tag,
  isPlain: isPlain(scalar),
});

/** Only what is written out as `<<` merges. */
const isMergeKey = (key: unknown): boolean => isScalar(key) && textOf(key) === '<<' && isPlain(key);

type Entries = Map<ByteString, Value>;

const readKey = (key: unknown, reading: Reading): Result<ByteString, string> => {
  const node = isAlias(key) ? reading.targets.get(key) : key;
  if (node === null || node === undefined) return err('unsupported map key');
  if (!isScalar(node)) return err('unsupported map key');
  const text = keyText(describeScalar(node));
  return text.ok ? ok(toByteString(text.value)) : text;
};

const merge = (node: unknown, entries: Entries, reading: Reading): Result<undefined, string> => {
  const target = isAlias(node) ? reading.targets.get(node) : node;
  if (isMap(target)) return guarded(target, reading, () => readPairs(target, entries, reading));
  if (!isSeq(target)) return failure('map merge requires map or sequence of maps as the value');
  // The first of several maps wins.
  for (const item of [...target.items].reverse()) {
    if (isSeq(item)) return failure('map merge requires map or sequence of maps as the value');
    const merged = merge(item, entries, reading);
    if (!merged.ok) return merged;
  }
  return ok(undefined);
};

const readPair = (pair: Pair, entries: Entries, reading: Reading): Result<undefined, string> => {
  if (isMergeKey(pair.key)) return merge(pair.value, entries, reading);
  const key = readKey(pair.key, reading);
  if (!key.ok) return key;
  const value = readNode(pair.value, reading);
  if (!value.ok) return value;
  entries.set(key.value, value.value);
  return ok(undefined);
};

const readPairs = (map: YAMLMap, entries: Entries, reading: Reading): Result<undefined, string> => {
  for (const pair of map.items) {
    const read = readPair(pair, entries, reading);
    if (!read.ok) return read;
  }
  return ok(undefined);
};

const readMap = (map: YAMLMap, reading: Reading): Result<Value, string> => {
  const entries: Entries = new Map();
  const read = readPairs(map, entries, reading);
  return read.ok ? ok(mapValue(entries)) : read;
};

const readList = (items: readonly unknown[], reading: Reading): Result<Value, string> => {
  const values: Value[] = [];
  for (const item of items) {
    const value = readNode(item, reading);
    if (!value.ok) return value;
    values.push(value.value);
  }
  return ok(listValue(values));
};

/** Reads a collection that must not hold itself. */
const guarded = <T>(node: Node, reading: Reading, read: () => Result<T, string>): Result<T, string> => {
  if (reading.open.has(node)) return failure('an anchor contains itself');
  reading.open.add(node);
  const result = read();
  reading.open.delete(node);
  return result;
};

const readAlias = (alias: Alias, reading: Reading): Result<Value, string> => {
  const target = reading.targets.get(alias);
  return target === undefined ? failure('unknown anchor') : readNode(target, reading);
};

const readNode = (node: unknown, reading: Reading): Result<Value, string> => {
  reading.context.spend(nodeBytes);
  if (isAlias(node)) return readAlias(node, reading);
  if (isMap(node)) return guarded(node, reading, () => readMap(node, reading));
  if (isSeq(node)) return guarded(node, reading, () => readList(node.items, reading));
  if (!isScalar(node)) return ok(nil);
  const value = reading.readScalar(describeScalar(node));
  return value;
};

const childrenOf = (value: Value): Iterable<Value> => {
  if (value.kind === 'list') return value.items;
  return value.kind === 'map' ? value.entries.values() : [];
};

/** JSON has no infinities and no NaN. They are looked for at the end, since a later key may have replaced one. */
const checkFloats = (value: Value): Result<Value, string> => {
  if (value.kind === 'float' && !Number.isFinite(value.value)) {
    const [sign, name] = [value.value > 0 ? '+' : '-', 'Inf'];
    return err(`json: unsupported value: ${Number.isNaN(value.value) ? 'NaN' : sign + name}`);
  }
  for (const child of childrenOf(value)) {
    const checked = checkFloats(child);
    if (!checked.ok) return checked;
  }
  return ok(value);
};

/** YAML's own messages quote the text, so only the line is told. */
const problemOf = (document: Document, text: string): string | undefined => {
  const [problem] = document.errors;
  if (problem === undefined) return undefined;
  return `line ${text.slice(0, problem.pos[0]).split('\n').length}: the text is no valid YAML`;
};

const options = {
  version: '1.1',
  schema: 'failsafe',
  uniqueKeys: false,
  merge: false,
  logLevel: 'silent',
  // The library would quote the line in each of them, and there can be as many as there are bytes.
  prettyErrors: false,
} as const;

const isRefused = (text: string): boolean =>
  /[^\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);

/** Reads the first document of a YAML text into JSON's values, as sigs.k8s.io/yaml does. */
export const parseYaml = (
  bytes: ByteString,
  context: CallContext,
  readScalar = scalarValue,
): Result<Value, string> => {
  const text = fromByteString(bytes);
  if (toByteString(text) !== bytes) return failure('invalid UTF-8');
  if (isRefused(text)) return failure('control characters are not allowed');
  context.spend(bytes.length * parseFactor + (text.match(indicators)?.length ?? 0) * parsedBytes);
  const documents = parseAllDocuments(text, options);
  const document = Array.isArray(documents) ? documents[0] : undefined;
  if (document === undefined) return ok(nil);
  const problem = problemOf(document, text);
  if (problem !== undefined) return failure(problem);
  const value = readNode(document.contents, {
    targets: targetsOf(document),
    context,
    open: new Set(),
    readScalar,
  });
  return value.ok ? checkFloats(value.value) : value;
};
