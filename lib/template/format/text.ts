import { canBackquote, quote, quoteToAscii } from '../quote.ts';
import { decodeRune } from '../runes.ts';
import type { ByteString } from '../value.ts';
import { pad, padding, type Flags } from './flags.ts';

/** The first `precision` runes. */
const truncated = (text: ByteString, { precision }: Flags): ByteString => {
  if (precision === undefined || precision >= text.length) return text;
  let at = 0;
  for (let left = precision; left > 0 && at < text.length; left--) at += decodeRune(text, at).size;
  return text.slice(0, at);
};

/** `%s`. */
export const formatPlain = (text: ByteString, flags: Flags): ByteString => pad(truncated(text, flags), flags);

/** `%q`. */
const formatQuoted = (text: ByteString, flags: Flags): ByteString => {
  const shown = truncated(text, flags);
  if (flags.sharp && canBackquote(shown)) return pad(`\`${shown}\``, flags);
  return pad(flags.plus ? quoteToAscii(shown) : quote(shown), flags);
};

/** `%x` and `%X` of a text: its bytes; with a space between them, and with `#` a `0x` before each, or before them all. */
const formatHexText = (text: ByteString, verb: string, flags: Flags): ByteString => {
  const bytes = Buffer.from(text.slice(0, flags.precision), 'latin1');
  if (bytes.length === 0) return padding(flags.width ?? 0, flags);
  const lead = flags.sharp ? '0x' : '';
  const hex = flags.space
    ? [...bytes].map((byte) => lead + byte.toString(16).padStart(2, '0')).join(' ')
    : lead + bytes.toString('hex');
  return pad(verb === 'X' ? hex.toUpperCase() : hex, flags);
};

/** A text as a verb prints it; nothing for a verb that is not for texts. */
export const formatText = (text: ByteString, verb: string, flags: Flags): ByteString | undefined => {
  switch (verb) {
    case 'v':
      return flags.sharpV ? formatQuoted(text, flags) : formatPlain(text, flags);
    case 's':
      return formatPlain(text, flags);
    case 'q':
      return formatQuoted(text, flags);
    case 'x':
    case 'X':
      return formatHexText(text, verb, flags);
    default:
      return undefined;
  }
};
