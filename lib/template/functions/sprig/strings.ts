import {
  booleanValue,
  FunctionError,
  stringValue,
  type ByteString,
  type CallContext,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { define } from './define.ts';
import { numberArgument } from './values.ts';
import { exploded, payForParts } from './splitting.ts';
import { trimCharacters, trimSpace } from './trimming.ts';

type Texts = readonly ByteString[];

const textFunction = (
  name: string,
  count: number,
  compute: (texts: Texts, context: CallContext) => Value,
): TemplateFunction =>
  define(name, Array<TypeName>(count).fill('string'), (values, context) =>
    compute(values.map(stringArgument), context),
  );

/** `repeat`, after asking the template's bounds for the bytes. */
const repeated = (text: ByteString, count: number, context: CallContext): ByteString => {
  if (count < 0) throw new FunctionError('strings: negative Repeat count');
  context.spend(text.length * count);
  return text.repeat(text === '' ? 0 : count);
};

/** What one place costs where something is put in, beside what is put in. */
const placeCost = 16;

const insertedBetweenRunes = (text: ByteString, inserted: ByteString): ByteString =>
  ['', ...exploded(text), ''].join(inserted);

const replaced = ([old = '', replacement = '', text = '']: Texts, { spend }: CallContext): Value => {
  payForParts(text, old, (times) => {
    spend(times * (placeCost + replacement.length));
  });
  if (old === '') return stringValue(insertedBetweenRunes(text, replacement));
  return stringValue(text.replaceAll(old, () => replacement));
};

const indented = (values: readonly Value[], context: CallContext): ByteString => {
  const padding = repeated(' ', numberArgument(values[0]), context);
  const text = stringArgument(values[1]);
  payForParts(text, '\n', (times) => {
    context.spend(times * (placeCost + padding.length));
  });
  return padding + text.replaceAll('\n', () => `\n${padding}`);
};

/** Functions of strings that look at bytes alone. */
export const stringFunctions: readonly TemplateFunction[] = [
  textFunction('trim', 1, ([text = '']) => stringValue(trimSpace(text))),
  ...['trimAll', 'trimall'].map((name) =>
    textFunction(name, 2, ([set = '', text = '']) => stringValue(trimCharacters(text, set))),
  ),
  textFunction('trimSuffix', 2, ([suffix = '', text = '']) =>
    stringValue(text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text),
  ),
  textFunction('trimPrefix', 2, ([prefix = '', text = '']) =>
    stringValue(text.startsWith(prefix) ? text.slice(prefix.length) : text),
  ),
  textFunction('contains', 2, ([part = '', text = '']) => booleanValue(text.includes(part))),
  textFunction('hasPrefix', 2, ([prefix = '', text = '']) => booleanValue(text.startsWith(prefix))),
  textFunction('hasSuffix', 2, ([suffix = '', text = '']) => booleanValue(text.endsWith(suffix))),
  textFunction('replace', 3, replaced),
  define('repeat', ['int', 'string'], ([count, text], context) =>
    stringValue(repeated(stringArgument(text), numberArgument(count), context)),
  ),
  define('indent', ['int', 'string'], (values, context) => stringValue(indented(values, context))),
  define('nindent', ['int', 'string'], (values, context) => stringValue(`\n${indented(values, context)}`)),
  define('plural', ['string', 'string', 'int'], ([one, many, count]) =>
    stringValue(stringArgument(numberArgument(count) === 1 ? one : many)),
  ),
];
