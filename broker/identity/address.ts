import { BlockList, isIP, isIPv4 } from 'node:net';

const mapped = /^::ffff:(?=[0-9]+\.)/i;

/** An address without its zone, and as IPv4 where it is one inside IPv6 (a socket that serves both families shows it so). */
export const plainAddress = (address: string): string => (address.split('%', 1)[0] ?? '').replace(mapped, '');

/** Whether an address is one of others, however either is written (`fd00:0:0::1`, `FD00::1`). */
export const isOneOf = (address: string, others: readonly string[]): boolean => {
  const wanted = plainAddress(address);
  if (isIP(wanted) === 0) return false;
  const list = new BlockList();
  for (const other of others.map(plainAddress)) {
    if (isIP(other) !== 0) list.addAddress(other, isIPv4(other) ? 'ipv4' : 'ipv6');
  }
  return list.check(wanted, isIPv4(wanted) ? 'ipv4' : 'ipv6');
};
