import { type ByteString, FunctionError } from '../../value.ts';
import type { Certificate } from './certificate.ts';
import { isRoot, readChain } from './chain.ts';
import { decodeAllPem, encodeCertificate, encodePem } from './pem.ts';

/** Text before the first block is passed over. */
export const trimJunk = (text: ByteString): ByteString => text.slice(Math.max(text.indexOf('-----BEGIN'), 0));

/** Blocks of one type, in any case of its letters. A text without any block must be empty. */
export const filterPem = (type: ByteString, text: ByteString): ByteString => {
  const { blocks, rest } = decodeAllPem(trimJunk(text));
  const wanted = blocks.filter((block) => block.type.toLowerCase() === type.toLowerCase());
  if (wanted.length === 0 && rest !== '') throw new FunctionError('error filtering pem: found junk');
  return wanted.map((block) => encodePem(block.type, block.bytes, block.headers)).join('');
};

const leafOf = ([leaf]: readonly Certificate[]): Certificate[] =>
  leaf === undefined || isRoot(leaf) ? [] : [leaf];

const intermediatesOf = ([, ...issuers]: readonly Certificate[]): Certificate[] => {
  const root = issuers.findIndex(isRoot);
  return root === -1 ? issuers : issuers.slice(0, root);
};

const rootOf = (chain: readonly Certificate[]): Certificate[] => chain.slice(-1).filter(isRoot);

const parts = new Map([
  ['leaf', leafOf],
  ['intermediate', intermediatesOf],
  ['root', rootOf],
]);

/** The leaf, the certificates between, or the root of a chain in any order; nothing for another word. */
export const filterChain = (part: ByteString, text: ByteString): ByteString => {
  const chain = readChain(text);
  const wanted = parts.get(part)?.(chain) ?? [];
  return wanted.map(({ der }) => encodeCertificate(der)).join('');
};
