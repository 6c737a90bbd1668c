import { decodeRune } from '../../runes.ts';
import type { ByteString } from '../../value.ts';

/** A byte that is no UTF-8 becomes U+FFFD, which takes three. */
const mostBytesForOne = 3;

/** Collects runes in a buffer: a string that grows rune by rune takes many times its size. */
class RuneWriter {
  private readonly bytes: Buffer;
  private size = 0;

  constructor(capacity: number) {
    this.bytes = Buffer.alloc(capacity);
  }

  add(code: number): void {
    if (code < 0x80) this.byte(code);
    else if (code < 0x800) this.sequence(0xc0, code, 1);
    else this.sequence(code < 0x10000 ? 0xe0 : 0xf0, code, code < 0x10000 ? 2 : 3);
  }

  /** The first byte of a rune in UTF-8, and those that continue it. */
  private sequence(lead: number, code: number, continued: number): void {
    this.byte(lead | (code >> (6 * continued)));
    for (let left = continued - 1; left >= 0; left--) this.byte(0x80 | ((code >> (6 * left)) & 0x3f));
  }

  private byte(value: number): void {
    this.bytes[this.size] = value;
    this.size++;
  }

  text(): ByteString {
    return this.bytes.toString('latin1', 0, this.size);
  }
}

/** Changes a string rune by rune; bytes that are no UTF-8 are given as U+FFFD. */
export const mapRunes = (text: ByteString, change: (code: number) => number): ByteString => {
  const writer = new RuneWriter(text.length * mostBytesForOne);
  for (let at = 0; at < text.length;) {
    const { code, size } = decodeRune(text, at);
    writer.add(change(code));
    at += size;
  }
  return writer.text();
};

/** Those bytes of a string that are chosen, each taken for a character of Latin-1. */
export const latin1Characters = (
  text: ByteString,
  isChosen: (code: number, index: number) => boolean,
): ByteString => {
  const writer = new RuneWriter(text.length * 2);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (isChosen(code, index)) writer.add(code);
  }
  return writer.text();
};
