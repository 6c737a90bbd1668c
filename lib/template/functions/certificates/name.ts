import { isIPv4, isIPv6 } from 'node:net';
import type { ByteString } from '../../value.ts';
import { oid, sequence, set, text } from '../der/write.ts';

const commonNameOid = '2.5.4.3';

/** A distinguished name with a common name alone; empty without one. */
export const nameOf = (commonName: ByteString): Buffer =>
  commonName === '' ? sequence() : sequence(set(sequence(oid(commonNameOid), text(commonName))));

/** Groups of an IPv6 address that has no dotted part. */
const groupsOf = (part: string): number[] =>
  part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));

const ipv6Bytes = (address: string): Buffer => {
  const hexadecimal = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = hexadecimal.split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = new Array<number>(8 - before.length - after.length).fill(0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]));
};

const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

/** Bytes of an IP address: four, or sixteen; undefined for what is none. */
export const ipBytes = (address: string): Buffer | undefined => {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const bytes = ipv6Bytes(address);
  return bytes.subarray(0, 12).equals(mappedPrefix) ? bytes.subarray(12) : bytes;
};
