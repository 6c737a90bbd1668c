import { createHash } from 'node:crypto';
import { type CallContext, FunctionError } from '../../value.ts';
import { cost } from '../cost.ts';

export type Hash = 'sha1' | 'sha256' | 'sha512';

export interface Derivation {
  readonly hash: Hash;
  readonly salt: Buffer;
  readonly iterations: number;
}

/** What a derived key is for (RFC 7292, appendix B.3). */
export const purposes = { key: 1, vector: 2, mac: 3 } as const;

const mostIterations = 10_000_000;

/** Counts the iterations, which a hostile file can ask any number of. */
export const spendIterations = (iterations: number, context: CallContext): void => {
  if (iterations < 1 || iterations > mostIterations)
    throw new FunctionError('pkcs12: bad number of iterations');
  context.spend(Math.ceil((iterations / 1000) * cost.thousandIterations));
};

const blockSizes: Readonly<Record<Hash, number>> = { sha1: 64, sha256: 64, sha512: 128 };

/** Bytes over and over, up to a whole number of blocks. */
const fill = (bytes: Buffer, blockSize: number): Buffer =>
  Buffer.alloc(Math.ceil(bytes.length / blockSize) * blockSize, bytes.length === 0 ? 0 : bytes);

const hashOften = (hash: Hash, first: Buffer, iterations: number): Buffer => {
  let digest = first;
  for (let round = 0; round < iterations; round += 1) digest = createHash(hash).update(digest).digest();
  return digest;
};

/** Adds a number and one to each block. */
const addToBlocks = (blocks: Buffer, addend: Buffer): void => {
  const size = addend.length;
  for (let start = 0; start < blocks.length; start += size) {
    let carry = 1;
    for (let index = size - 1; index >= 0; index -= 1) {
      const sum = (blocks[start + index] ?? 0) + (addend[index] ?? 0) + carry;
      blocks[start + index] = sum & 0xff;
      carry = sum >> 8;
    }
  }
};

/** PKCS#12's own function from password to key (RFC 7292, appendix B.2). */
export const deriveKey = (
  { hash, salt, iterations }: Derivation,
  password: Buffer,
  purpose: number,
  size: number,
): Buffer => {
  const blockSize = blockSizes[hash];
  const diversifier = Buffer.alloc(blockSize, purpose);
  const blocks = Buffer.concat([fill(salt, blockSize), fill(password, blockSize)]);
  const parts: Buffer[] = [];
  for (let length = 0; length < size;) {
    const part = hashOften(hash, Buffer.concat([diversifier, blocks]), iterations);
    parts.push(part);
    length += part.length;
    addToBlocks(blocks, Buffer.alloc(blockSize, part));
  }
  return Buffer.concat(parts).subarray(0, size);
};
