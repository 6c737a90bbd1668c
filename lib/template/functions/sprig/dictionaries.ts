import { typeName } from '../../types.ts';
import {
  booleanValue,
  FunctionError,
  listValue,
  mapValue,
  nil,
  stringValue,
  type CallContext,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../value.ts';
import { stringArgument, stringList } from '../arguments.ts';
import { anyType, define, dictionaryType } from './define.ts';
import { textOf } from './text.ts';
import { argumentAt, entriesOf, sortedKeys, writableMap } from './values.ts';

type Values = readonly Value[];

const emptyText = stringValue('');

/** Keys and values in turn; a key without a value gets "". */
const dictionary = (values: Values, context: CallContext): Value => {
  const entries = new Map<string, Value>();
  for (let index = 0; index < values.length; index += 2) {
    entries.set(textOf(argumentAt(values, index), context), values[index + 1] ?? emptyText);
  }
  return mapValue(entries);
};

const conversionError = (value: Value, wanted: TypeName): FunctionError => {
  const actual = value.kind === 'nil' ? 'nil' : typeName(value);
  return new FunctionError(`interface conversion: interface {} is ${actual}, not ${wanted}`);
};

const asDictionary = (value: Value): ReadonlyMap<string, Value> => {
  if (value.kind === 'map' && typeName(value) === dictionaryType) return value.entries;
  throw conversionError(value, dictionaryType);
};

const asKey = (value: Value): string => {
  if (value.kind === 'string') return value.value;
  throw conversionError(value, 'string');
};

/** `dig "a" "b" otherwise $d`: goes down key by key. */
const dug = (values: Values): Value => {
  if (values.length < 3) throw new FunctionError('dig needs at least three arguments');
  const [otherwise = nil, root = nil] = values.slice(-2);
  let entries = asDictionary(root);
  const keys = values.slice(0, -2).map(asKey);
  let found: Value = root;
  for (const [index, key] of keys.entries()) {
    if (index > 0) entries = asDictionary(found);
    const next = entries.get(key);
    if (next === undefined) return otherwise;
    found = next;
  }
  return found;
};

const chosen = (source: Value | undefined, isChosen: (key: string) => boolean): Value =>
  mapValue([...entriesOf(source)].filter(([key]) => isChosen(key)));

const dictionaryAndKey = [dictionaryType, 'string'];
const dictionaryAndKeys = [dictionaryType, '...string'];

/** Functions of dictionaries. Go gives keys and values in another order each time; here they are sorted by key. */
export const dictionaryFunctions: readonly TemplateFunction[] = [
  define('dict', [`...${anyType}`], dictionary),
  define('get', dictionaryAndKey, ([source, key]) => entriesOf(source).get(stringArgument(key)) ?? emptyText),
  define('hasKey', dictionaryAndKey, ([source, key]) =>
    booleanValue(entriesOf(source).has(stringArgument(key))),
  ),
  define('set', [...dictionaryAndKey, anyType], ([target, key, value = nil]) => {
    const written = writableMap(target);
    written.entries.set(stringArgument(key), value);
    return written;
  }),
  define('unset', dictionaryAndKey, ([target, key]) => {
    if (target?.kind !== 'map') return mapValue([]);
    target.entries.delete(stringArgument(key));
    return target;
  }),
  define('keys', [`...${dictionaryType}`], (values) =>
    stringList(values.flatMap((source) => sortedKeys(entriesOf(source)))),
  ),
  define('values', [dictionaryType], ([source]) => {
    const entries = entriesOf(source);
    return listValue(sortedKeys(entries).map((key) => entries.get(key) ?? nil));
  }),
  define('pluck', ['string', `...${dictionaryType}`], ([key, ...sources]) => {
    const name = stringArgument(key);
    const found = sources.map((source) => entriesOf(source).get(name));
    return listValue(found.filter((value) => value !== undefined));
  }),
  define('pick', dictionaryAndKeys, ([source, ...keys]) => {
    const wanted = new Set(keys.map(stringArgument));
    return chosen(source, (key) => wanted.has(key));
  }),
  define('omit', dictionaryAndKeys, ([source, ...keys]) => {
    const unwanted = new Set(keys.map(stringArgument));
    return chosen(source, (key) => !unwanted.has(key));
  }),
  define('dig', [`...${anyType}`], dug),
];
