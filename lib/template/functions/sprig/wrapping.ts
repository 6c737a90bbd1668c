import {
  stringValue,
  type ByteString,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { define } from './define.ts';
import { numberArgument } from './values.ts';

interface Wrapping {
  readonly width: number;
  readonly lineBreak: ByteString;
  readonly breakWords: boolean;
}

interface Line {
  readonly end: number;
  readonly next: number;
}

/** Where a line that is too long for its width ends, and where the next one starts. */
const lineFrom = (text: ByteString, offset: number, { width, breakWords }: Wrapping): Line => {
  const space = offset + text.slice(offset, offset + width + 1).lastIndexOf(' ');
  if (space >= offset) return { end: space, next: space + 1 };
  if (breakWords) return { end: offset + width, next: offset + width };
  const later = text.indexOf(' ', offset + width);
  return later < 0 ? { end: text.length, next: text.length } : { end: later, next: later + 1 };
};

/** Breaks a text at its spaces; spaces at the start of a line that is too long go. */
const wrapped = (text: ByteString, wrapping: Wrapping, context: CallContext): ByteString => {
  const lines: ByteString[] = [];
  let offset = 0;
  while (text.length - offset > wrapping.width) {
    if (text.startsWith(' ', offset)) {
      offset++;
      continue;
    }
    const { end, next } = lineFrom(text, offset, wrapping);
    if (next === text.length && end === text.length) break;
    context.spend(wrapping.lineBreak.length + 1);
    lines.push(text.slice(offset, end));
    offset = next;
  }
  return [...lines, text.slice(offset)].join(wrapping.lineBreak);
};

const widthOf = (value: Value | undefined): number => Math.max(numberArgument(value), 1);

/** Functions that break lines. */
export const wrappingFunctions: readonly TemplateFunction[] = [
  define('wrap', ['int', 'string'], ([width, text], context) =>
    stringValue(
      wrapped(stringArgument(text), { width: widthOf(width), lineBreak: '\n', breakWords: false }, context),
    ),
  ),
  define('wrapWith', ['int', 'string', 'string'], ([width, separator, text], context) => {
    const lineBreak = stringArgument(separator);
    return stringValue(
      wrapped(
        stringArgument(text),
        { width: widthOf(width), lineBreak: lineBreak === '' ? '\n' : lineBreak, breakWords: true },
        context,
      ),
    );
  }),
];
