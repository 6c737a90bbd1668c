import type { ByteString } from './value.ts';

/** A text of JavaScript as a Go string. */
export const toByteString = (text: string): ByteString => Buffer.from(text, 'utf8').toString('latin1');

/** A Go string as a text of JavaScript; bytes that are no UTF-8 become U+FFFD, as where Go ranges over runes. */
export const fromByteString = (bytes: ByteString): string => Buffer.from(bytes, 'latin1').toString('utf8');
