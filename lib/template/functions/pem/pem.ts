import type { ByteString } from '../../value.ts';
import { decodeBase64 } from '../base64.ts';

/** A block of PEM (RFC 7468), as Go's `encoding/pem` reads and writes it. */
export interface PemBlock {
  readonly type: ByteString;
  readonly headers: ReadonlyMap<ByteString, ByteString>;
  readonly bytes: Buffer;
}

const begin = '-----BEGIN ';
const end = '\n-----END ';
const dashes = '-----';

const blanks = ' \t';
const spaces = ` \t\n\v\f\r`;

/** A text without the characters of a set at its end. A regular expression would look at each run of them again and again. */
const trimEnd = (text: ByteString, set: string): ByteString => {
  let stop = text.length;
  while (stop > 0 && set.includes(text.charAt(stop - 1))) stop -= 1;
  return text.slice(0, stop);
};

const lineAt = (data: ByteString, start: number): { line: ByteString; next: number } => {
  const newline = data.indexOf('\n', start);
  const stop = newline === -1 ? data.length : newline;
  const line = data.slice(start, stop);
  const isDos = newline !== -1 && line.endsWith('\r');
  return {
    line: trimEnd(isDos ? line.slice(0, -1) : line, blanks),
    next: newline === -1 ? data.length : newline + 1,
  };
};

interface Head {
  readonly type: ByteString;
  readonly headers: ReadonlyMap<ByteString, ByteString>;
  readonly next: number;
}

const trimSpace = (text: ByteString): ByteString => trimEnd(text.replace(/^[\t-\r ]+/, ''), spaces);

/** The type and the headers after it. */
const readHead = (data: ByteString, start: number): Head | undefined => {
  const { line, next } = lineAt(data, start);
  if (!line.endsWith(dashes)) return undefined;
  const headers = new Map<ByteString, ByteString>();
  let position = next;
  for (;;) {
    const header = lineAt(data, position);
    const colon = header.line.indexOf(':');
    if (colon === -1) break;
    headers.set(trimSpace(header.line.slice(0, colon)), trimSpace(header.line.slice(colon + 1)));
    position = header.next;
  }
  return { type: line.slice(0, -dashes.length), headers, next: position };
};

/** Where the block begins that ends there: the last line of that kind before it. */
const findBegin = (data: ByteString, from: number, endIndex: number): number | undefined => {
  const index = data.slice(from, endIndex).lastIndexOf(begin);
  return index === -1 || (index > 0 && data.charAt(from + index - 1) !== '\n') ? undefined : from + index;
};

/** The block that ends there; undefined for none, `'stop'` where what looked like its end was taken for a header. */
const readBlock = (data: ByteString, from: number, endIndex: number): PemBlock | 'stop' | undefined => {
  const start = findBegin(data, from, endIndex);
  const head = start === undefined ? undefined : readHead(data, start + begin.length);
  if (head === undefined) return undefined;
  if (head.headers.size > 0 && endIndex < head.next) {
    return endIndex + end.length < head.next ? 'stop' : undefined;
  }
  const trailer = lineAt(data, endIndex + end.length).line;
  if (trailer !== head.type + dashes) return undefined;
  const body = data.slice(head.next, Math.max(endIndex, head.next)).replaceAll(/[ \t]/g, '');
  const bytes = decodeBase64(body);
  return bytes === undefined ? undefined : { type: head.type, headers: head.headers, bytes };
};

/** The first block and what comes after it; undefined where there is none (any more). What is no block is passed over. */
export const decodePem = (data: ByteString): { block: PemBlock; rest: ByteString } | undefined => {
  for (let from = 0; ;) {
    const endIndex = data.indexOf(end, from);
    if (endIndex === -1) return undefined;
    const block = readBlock(data, from, endIndex);
    if (block === 'stop') return undefined;
    if (block !== undefined) return { block, rest: data.slice(lineAt(data, endIndex + 1).next) };
    from = endIndex + end.length;
  }
};

/** All blocks, and the text after the last. */
export const decodeAllPem = (data: ByteString): { blocks: PemBlock[]; rest: ByteString } => {
  const blocks: PemBlock[] = [];
  let rest = data;
  for (let found = decodePem(rest); found !== undefined; found = decodePem(rest)) {
    blocks.push(found.block);
    rest = found.rest;
  }
  return { blocks, rest };
};

const procType = 'Proc-Type';

const formatHeaders = (headers: ReadonlyMap<ByteString, ByteString>): string => {
  if (headers.size === 0) return '';
  const first = headers.has(procType) ? [procType] : [];
  const others = [...headers.keys()].filter((key) => key !== procType).sort();
  const lines = [...first, ...others].map((key) => `${key}: ${headers.get(key) ?? ''}\n`);
  return `${lines.join('')}\n`;
};

/** Writes a block: lines of 64 characters. */
export const encodePem = (
  type: ByteString,
  bytes: Buffer,
  headers: PemBlock['headers'] = new Map(),
): ByteString => {
  const body = bytes.toString('base64').replaceAll(/.{1,64}/g, '$&\n');
  return `${begin}${type}${dashes}\n${formatHeaders(headers)}${body}-----END ${type}${dashes}\n`;
};

export const encodeCertificate = (der: Buffer): ByteString => encodePem('CERTIFICATE', der);
