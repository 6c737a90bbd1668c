import { lookup as systemLookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { addressRefusal } from './address-guard.ts';

/** Resolves a host name to all its addresses; `dns.lookup` with `all` set. Where it fails, Node hands over no list, whatever its types say. */
export type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses?: LookupAddress[]) => void,
) => void;

/** The name resolves to an address that nothing may be sent to. */
export class RefusedAddressError extends Error {
  override readonly name = 'RefusedAddressError';
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

/**
 * A `lookup` for sockets that judges what the name resolved to, at the very resolution that the connection then uses: a
 * check beforehand could be answered differently. One refused address among several refuses them all.
 */
export const guardedLookup =
  (resolve: ResolveAll = systemLookup): LookupFunction =>
  (hostname, options, callback) => {
    const { all, family, hints, order } = options;
    const query: LookupAllOptions = { all: true, family: family ?? 0 };
    if (hints !== undefined) query.hints = hints;
    if (order !== undefined) query.order = order;
    resolve(hostname, query, (error, addresses = []) => {
      const refused = error === null ? firstRefusal(addresses) : undefined;
      const failure = error ?? (refused === undefined ? null : new RefusedAddressError(refused));
      const first = addresses.at(0);
      if (failure !== null || first === undefined) callback(failure ?? notFound(hostname), '', 0);
      else if (all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

const firstRefusal = (addresses: readonly LookupAddress[]): string | undefined =>
  addresses.map(({ address }) => addressRefusal(address)).find((reason) => reason !== undefined);

const notFound = (hostname: string): NodeJS.ErrnoException =>
  Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' });
