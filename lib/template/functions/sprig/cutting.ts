import {
  FunctionError,
  stringValue,
  type ByteString,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { define } from './define.ts';
import { numberArgument } from './values.ts';

/** `text[start:end]`, `end` being the text's where it is left out. Go's panic shows the offsets; ours does not, since they may be values. */
const between = (text: ByteString, start: number, end = text.length): ByteString => {
  if (start <= end && end >= 0 && end <= text.length) return text.slice(start, end);
  throw new FunctionError('runtime error: slice bounds out of range');
};

/** A negative start counts as 0, and then the end counts as it is; an end before 0 or behind the string's is the string's. */
const substring = ([start, end, text]: readonly Value[]): ByteString => {
  const [first, last, bytes] = [numberArgument(start), numberArgument(end), stringArgument(text)];
  if (first < 0) return between(bytes, 0, last);
  return last < 0 || last > bytes.length ? between(bytes, first) : between(bytes, first, last);
};

/** The first `count` bytes; with a negative count the last ones. */
const truncated = (text: ByteString, count: number): ByteString => {
  if (count >= 0) return text.slice(0, count);
  return text.length + count > 0 ? text.slice(text.length + count) : text;
};

const marker = '...';

/** The first bytes of a text and "...", `width` bytes in all; shorter texts stay. */
const abbreviated = (text: ByteString, width: number): ByteString =>
  text.length <= width ? text : text.slice(0, width - marker.length) + marker;

const offsetFrom = (text: ByteString, left: number, width: number): number => {
  const offset = Math.min(left, text.length);
  const kept = width - marker.length;
  return text.length - offset < kept ? text.length - kept : offset;
};

/** Offsets up to this leave nothing away on the left: "..." would take as much room. */
const smallOffset = 4;

const abbreviatedOnBothSides = (text: ByteString, left: number, width: number): ByteString => {
  if (width < 4 || (left > 0 && width < 7) || text.length <= width) return text;
  const offset = offsetFrom(text, left, width);
  const kept = width - marker.length;
  if (offset <= smallOffset) return text.slice(0, kept) + marker;
  if (offset + kept < text.length) return marker + abbreviated(text.slice(offset), kept);
  return marker + text.slice(text.length - kept);
};

/** Functions that take parts of strings, counted in bytes. */
export const cuttingFunctions: readonly TemplateFunction[] = [
  define('substr', ['int', 'int', 'string'], (values) => stringValue(substring(values))),
  define('trunc', ['int', 'string'], ([count, text]) =>
    stringValue(truncated(stringArgument(text), numberArgument(count))),
  ),
  define('abbrev', ['int', 'string'], ([width, text]) => {
    const bytes = stringArgument(text);
    const room = numberArgument(width);
    return stringValue(room < 4 ? bytes : abbreviated(bytes, room));
  }),
  define('abbrevboth', ['int', 'int', 'string'], ([left, width, text]) =>
    stringValue(abbreviatedOnBothSides(stringArgument(text), numberArgument(left), numberArgument(width))),
  ),
];
