import { FunctionError } from '../../value.ts';

/** One value of ASN.1 in DER (X.690), as it lies in the bytes around it. */
export interface Der {
  /** 0 universal, 2 of its context. */
  readonly tagClass: number;
  readonly isConstructed: boolean;
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly bytes: Buffer;
}

export const tags = {
  boolean: 1,
  integer: 2,
  bitString: 3,
  octetString: 4,
  null: 5,
  oid: 6,
  utf8String: 12,
  sequence: 16,
  set: 17,
  printableString: 19,
  ia5String: 22,
  utcTime: 23,
  generalizedTime: 24,
  bmpString: 30,
} as const;

const malformed = (): never => {
  throw new FunctionError('asn1: structure error: not DER');
};

/** Lengths past four bytes are no certificate's. */
const longestLength = 4;

const readLength = (bytes: Buffer, at: number): { length: number; next: number } => {
  const first = bytes[at] ?? malformed();
  if (first < 0x80) return { length: first, next: at + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > longestLength || at + 1 + count > bytes.length) return malformed();
  return { length: bytes.readUIntBE(at + 1, count), next: at + 1 + count };
};

/** Reads the value at the start of the bytes. Throws `FunctionError` for what is no DER. */
const readDer = (bytes: Buffer): Der => {
  const first = bytes[0] ?? malformed();
  const tag = first & 0x1f;
  // Tags of several bytes are in none of the structures that are read here.
  if (tag === 0x1f) return malformed();
  const { length, next } = readLength(bytes, 1);
  if (next + length > bytes.length) return malformed();
  return {
    tagClass: first >> 6,
    isConstructed: (first & 0x20) !== 0,
    tag,
    content: bytes.subarray(next, next + length),
    bytes: bytes.subarray(0, next + length),
  };
};

/** Reads bytes that are one value and nothing else. */
export const readOnlyDer = (bytes: Buffer): Der => {
  const value = readDer(bytes);
  if (value.bytes.length !== bytes.length) throw new FunctionError('asn1: syntax error: trailing data');
  return value;
};

/** The values inside of one. */
export const childrenOf = (der: Der): Der[] => {
  if (!der.isConstructed) return malformed();
  const children: Der[] = [];
  for (let at = 0; at < der.content.length;) {
    const child = readDer(der.content.subarray(at));
    children.push(child);
    at += child.bytes.length;
  }
  return children;
};

/** A value that must be there, with a tag of ASN.1's own. */
export const expectDer = (der: Der | undefined, tag: number): Der =>
  der?.tagClass === 0 && der.tag === tag ? der : malformed();

/** The values inside of a sequence that must be there. */
export const sequenceOf = (der: Der | undefined): Der[] => childrenOf(expectDer(der, tags.sequence));

/** The one value inside of an explicit tag of the context. */
export const explicitOf = (der: Der | undefined, tag: number): Der => {
  if (der?.tagClass !== 2 || der.tag !== tag) return malformed();
  return readOnlyDer(der.content);
};

/** An object identifier in its dotted form. */
export const oidOf = (der: Der | undefined): string => {
  const { content } = expectDer(der, tags.oid);
  const parts: bigint[] = [];
  let part = 0n;
  for (const byte of content) {
    part = part * 128n + BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    parts.push(part);
    part = 0n;
  }
  const [first = 0n, ...rest] = parts;
  const root = first < 80n ? first / 40n : 2n;
  return [root, first - root * 40n, ...rest].join('.');
};

/** An integer that is small: a version, a count of iterations. */
export const smallIntegerOf = (der: Der | undefined): number => {
  const { content } = expectDer(der, tags.integer);
  return content.length === 0 || content.length > 4 ? malformed() : content.readIntBE(0, content.length);
};

export const octetsOf = (der: Der | undefined): Buffer => expectDer(der, tags.octetString).content;
