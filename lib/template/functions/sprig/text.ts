import { formatValue } from '../../print.ts';
import { quote } from '../../quote.ts';
import {
  nil,
  stringValue,
  type ByteString,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument, stringList } from '../arguments.ts';
import { anyType, define } from './define.ts';
import { valueCost } from './nesting.ts';
import { sliceItems } from './values.ts';

type Print = (value: Value, context: CallContext) => ByteString;

/** A value as `%v` prints it; what is printed counts, since values can share parts. */
export const printed: Print = (value, { spend }) => {
  const text = formatValue(value);
  if (value.kind !== 'string') spend(text.length);
  return text;
};

/** How sprig makes a string of a value: bytes as they are, anything else as `%v` prints it. */
export const textOf: Print = (value, context) =>
  value.kind === 'bytes' ? value.value : printed(value, context);

/** What quoting costs for each byte: it goes rune by rune. */
const quotingCost = 16;

const quoted: Print = (value, context) => {
  const text = textOf(value, context);
  context.spend(text.length * quotingCost);
  return quote(text);
};

const isPresent = (value: Value): boolean => value.kind !== 'nil';

/** How sprig makes strings of a value: of each element that is not nil, or of the value itself. */
const textsOf = (value: Value, context: CallContext): readonly ByteString[] => {
  const values = (sliceItems(value) ?? [value]).filter(isPresent);
  context.spend(values.length * valueCost);
  return values.map((item) => textOf(item, context));
};

/** A function that prints its arguments with spaces between them; nil is left out. */
const printing = (name: string, print: Print): TemplateFunction =>
  define(name, [`...${anyType}`], (values, context) => {
    const texts = values.filter(isPresent).map((value) => print(value, context));
    return stringValue(texts.join(' '));
  });

const sortedTexts = (value: Value, context: CallContext): readonly ByteString[] =>
  sliceItems(value) === undefined ? [textOf(value, context)] : [...textsOf(value, context)].sort();

/** Functions that print values. */
export const textFunctions: readonly TemplateFunction[] = [
  define('hello', [], () => stringValue('Hello!')),
  define('toString', [anyType], ([value = nil], context) => stringValue(textOf(value, context))),
  define('toStrings', [anyType], ([value = nil], context) => stringList(textsOf(value, context))),
  printing('quote', quoted),
  printing('squote', (value, context) => `'${printed(value, context)}'`),
  printing('cat', printed),
  define('join', ['string', anyType], ([separator, value = nil], context) => {
    const between = stringArgument(separator);
    const texts = textsOf(value, context);
    context.spend(between.length * texts.length);
    return stringValue(texts.join(between));
  }),
  define('sortAlpha', [anyType], ([value = nil], context) => stringList(sortedTexts(value, context))),
];
