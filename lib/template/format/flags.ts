import { runeCount } from '../runes.ts';
import type { ByteString } from '../value.ts';

/** What stands between `%` and the verb. */
export interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%+v` and `%#v`: these two change what is printed, not how numbers look. */
  readonly plusV: boolean;
  readonly sharpV: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

export const noFlags: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  plusV: false,
  sharpV: false,
  width: undefined,
  precision: undefined,
};

/** What fills `missing` places: zeros only on the left. */
export const padding = (missing: number, flags: Flags): string =>
  missing > 0 ? (flags.zero && !flags.minus ? '0' : ' ').repeat(missing) : '';

/** Fills a text up to the width, which counts runes. */
export const pad = (text: ByteString, flags: Flags): ByteString => {
  if (flags.width === undefined || flags.width === 0) return text;
  const fill = padding(flags.width - runeCount(text), flags);
  return flags.minus ? text + fill : fill + text;
};

/** As `pad`, with spaces alone: numbers put their zeros behind the sign themselves. */
export const padWithSpaces = (text: ByteString, flags: Flags): ByteString =>
  pad(text, flags.zero ? { ...flags, zero: false } : flags);
