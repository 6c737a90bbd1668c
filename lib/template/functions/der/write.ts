import { tags } from './read.ts';

/** Writes ASN.1 in DER (X.690). */

const lengthBytes = (length: number): Buffer => {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
};

const write = (first: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([first]), lengthBytes(content.length), content]);

export const primitive = (tag: number, content: Buffer): Buffer => write(tag, content);

export const sequence = (...parts: readonly Buffer[]): Buffer =>
  write(0x20 | tags.sequence, Buffer.concat(parts));

/** The parts of a set are written in the order of their bytes. */
export const set = (...parts: readonly Buffer[]): Buffer =>
  write(0x20 | tags.set, Buffer.concat([...parts].sort((a, b) => Buffer.compare(a, b))));

/** `[tag] EXPLICIT` of the context. */
export const explicit = (tag: number, content: Buffer): Buffer => write(0xa0 | tag, content);

/** `[tag] IMPLICIT` of the context, over a value that has no parts. */
export const implicit = (tag: number, content: Buffer): Buffer => write(0x80 | tag, content);

/** A number that is not negative, from its big-endian bytes. */
export const unsigned = (bytes: Buffer): Buffer => {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? Buffer.from([0]) : bytes.subarray(start);
  const padding = Buffer.alloc((digits[0] ?? 0) >= 0x80 ? 1 : 0);
  return primitive(tags.integer, Buffer.concat([padding, digits]));
};

export const integer = (value: number): Buffer => {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return unsigned(bytes);
};

const oidPart = (part: number): number[] => {
  const bytes = [part & 0x7f];
  for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128))
    bytes.unshift(0x80 | (rest % 128));
  return bytes;
};

export const oid = (dotted: string): Buffer => {
  const [root = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return primitive(tags.oid, Buffer.from([root * 40 + second, ...rest].flatMap(oidPart)));
};

export const octets = (content: Buffer): Buffer => primitive(tags.octetString, content);

export const nothing: Buffer = primitive(tags.null, Buffer.alloc(0));

export const yes: Buffer = primitive(tags.boolean, Buffer.from([0xff]));

/** Bits, of which the last byte leaves some unused. */
export const bits = (content: Buffer, unused = 0): Buffer =>
  primitive(tags.bitString, Buffer.concat([Buffer.from([unused]), content]));

/** Text as PrintableString where it can be, else as UTF8String, as Go writes names. */
export const text = (bytes: string): Buffer => {
  const isPrintable = /^[A-Za-z0-9 '()+,./:=?-]*$/.test(bytes);
  return primitive(isPrintable ? tags.printableString : tags.utf8String, Buffer.from(bytes, 'latin1'));
};
