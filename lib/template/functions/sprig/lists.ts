import { kindName } from '../../types.ts';
import {
  booleanValue,
  FunctionError,
  listValue,
  nil,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../value.ts';
import { anyType, define, defineAll } from './define.ts';
import { isEmpty } from './emptiness.ts';
import { chunked } from './chunk.ts';
import { nilDereference, nilList, numberArgument, sliceItems } from './values.ts';
import { toInt64 } from './cast.ts';
import { includes } from './membership.ts';

type Items = readonly Value[];

/** The elements of a list, or sprig's error: "Cannot find first on type int". */
const itemsOf = (value: Value, message: string): Items => {
  if (value.kind === 'nil') throw new FunctionError(nilDereference);
  const items = sliceItems(value);
  if (items === undefined) throw new FunctionError(`${message} ${kindName(value)}`);
  return items;
};

/** A function and its `must` twin: in templates they are the same, since sprig's plain ones panic where the others give an error. */
const withMust = (name: string): readonly string[] => [
  name,
  `must${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
];

/** A function of one list. */
const listFunction = (name: string, compute: (items: Items) => Value): TemplateFunction[] =>
  defineAll(withMust(name), [anyType], ([list = nil]) =>
    compute(itemsOf(list, `Cannot find ${name} on type`)),
  );

const pushParameters: readonly TypeName[] = [anyType, anyType];

const elementType = (list: Value): TypeName => (list.kind === 'list' ? list.element : 'uint8');

/** `slice list from to`, with the end of the list for `to` where it is left out. */
const sliced = ([list = nil, ...indices]: Items): Value => {
  const items = itemsOf(list, 'list should be type of slice or array but');
  if (items.length === 0) return nil;
  const [from, to] = indices;
  const start = from === undefined ? 0n : toInt64(from);
  const end = to === undefined ? BigInt(items.length) : toInt64(to);
  if (start < 0n || start > end || end > BigInt(items.length)) {
    throw new FunctionError('reflect.Value.Slice: slice index out of bounds');
  }
  const part = items.slice(Number(start), Number(end));
  return list.kind === 'bytes'
    ? { kind: 'bytes', value: list.value.slice(Number(start), Number(end)) }
    : listValue(part, elementType(list));
};

const concatenated = (lists: Items): Value => {
  const items = lists.flatMap((list) => {
    if (list.kind === 'nil') throw new FunctionError(nilDereference);
    const part = sliceItems(list);
    if (part === undefined) throw new FunctionError(`Cannot concat type ${kindName(list)} as list`);
    return part;
  });
  return items.length === 0 ? nilList : listValue(items);
};

/** Functions of lists. */
export const listFunctions: readonly TemplateFunction[] = [
  ...defineAll(['list', 'tuple'], [`...${anyType}`], (values) => listValue(values)),
  ...defineAll(['append', 'push', 'mustAppend', 'mustPush'], pushParameters, ([list = nil, item = nil]) =>
    listValue([...itemsOf(list, 'Cannot push on type'), item]),
  ),
  ...defineAll(withMust('prepend'), pushParameters, ([list = nil, item = nil]) =>
    listValue([item, ...itemsOf(list, 'Cannot prepend on type')]),
  ),
  ...listFunction('first', (items) => items[0] ?? nil),
  ...listFunction('last', (items) => items.at(-1) ?? nil),
  ...listFunction('rest', (items) => (items.length === 0 ? nilList : listValue(items.slice(1)))),
  ...listFunction('initial', (items) => (items.length === 0 ? nilList : listValue(items.slice(0, -1)))),
  ...listFunction('reverse', (items) => listValue([...items].reverse())),
  ...defineAll(withMust('compact'), [anyType], ([list = nil]) =>
    listValue(itemsOf(list, 'Cannot compact on type').filter((item) => !isEmpty(item))),
  ),
  ...defineAll(withMust('slice'), [anyType, `...${anyType}`], sliced),
  ...defineAll(withMust('uniq'), [anyType], ([list = nil], context) => {
    const kept: Value[] = [];
    for (const item of itemsOf(list, 'Cannot find uniq on type')) {
      if (!includes(kept, item, context)) kept.push(item);
    }
    return listValue(kept);
  }),
  ...defineAll(withMust('without'), [anyType, `...${anyType}`], ([list = nil, ...unwanted], context) =>
    listValue(
      itemsOf(list, 'Cannot find without on type').filter((item) => !includes(unwanted, item, context)),
    ),
  ),
  ...defineAll(withMust('has'), [anyType, anyType], ([needle = nil, list = nil], context) => {
    if (list.kind === 'nil') return booleanValue(false);
    return booleanValue(includes(itemsOf(list, 'Cannot find has on type'), needle, context));
  }),
  ...defineAll(withMust('chunk'), ['int', anyType], ([size, list = nil], context) =>
    chunked(itemsOf(list, 'Cannot chunk type'), numberArgument(size), context),
  ),
  define('concat', [`...${anyType}`], concatenated),
];
