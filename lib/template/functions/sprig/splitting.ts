import { runesOf } from '../../runes.ts';
import {
  mapValue,
  stringValue,
  type ByteString,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument, stringList } from '../arguments.ts';
import { define } from './define.ts';
import { valueCost } from './nesting.ts';
import { numberArgument } from './values.ts';

/** Pays for each part that a separator cuts a text into, before any is made. */
export const payForParts = (text: ByteString, separator: ByteString, pay: (times: number) => void): void => {
  if (separator === '') {
    pay(text.length + 1);
    return;
  }
  pay(1);
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + separator.length)) {
    pay(1);
  }
};

/** The runes of a string as strings; bytes that are no UTF-8 stand alone. */
export const exploded = (text: ByteString): ByteString[] => {
  let at = 0;
  return Array.from(runesOf(text), ({ size }) => {
    at += size;
    return text.slice(at - size, at);
  });
};

/** Go's `strings.Split`: between runes where the separator is empty. */
const splitText = (
  text: ByteString,
  separator: ByteString,
  { spend }: CallContext,
): readonly ByteString[] => {
  payForParts(text, separator, (times) => {
    spend(times * valueCost);
  });
  return separator === '' ? exploded(text) : text.split(separator);
};

/** Go's `strings.SplitN`: at most `count` parts, the last with all that is left; all parts where `count` is negative. */
const atMost = (
  parts: readonly ByteString[],
  separator: ByteString,
  count: number,
): readonly ByteString[] => {
  if (count < 0 || parts.length <= count) return parts;
  return count === 0 ? [] : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
};

/** Parts under the names that a template can write: `_0`, `_1`, … */
const numbered = (parts: readonly ByteString[]): Value =>
  mapValue(
    parts.map((part, index) => [`_${index}`, stringValue(part)] as const),
    'string',
  );

/** Functions that cut strings at separators. */
export const splittingFunctions: readonly TemplateFunction[] = [
  define('splitList', ['string', 'string'], ([separator, text], context) =>
    stringList(splitText(stringArgument(text), stringArgument(separator), context)),
  ),
  define('split', ['string', 'string'], ([separator, text], context) =>
    numbered(splitText(stringArgument(text), stringArgument(separator), context)),
  ),
  define('splitn', ['string', 'int', 'string'], ([separator, count, text], context) => {
    const between = stringArgument(separator);
    const parts = splitText(stringArgument(text), between, context);
    return numbered(atMost(parts, between, numberArgument(count)));
  }),
];
