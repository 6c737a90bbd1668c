import { isIPv6 } from 'node:net';
import { err, ok, type Result } from '../../../result.ts';
import type { ByteString } from '../../value.ts';
import { unescape } from './escape.ts';

const isPort = (text: string): boolean => /^(?::[0-9]*)?$/.test(text);

const invalidPort = err('invalid port after host');

/** The address between brackets; what comes after `%25` is its zone. */
const unescapeAddress = (text: string): Result<ByteString, string> => {
  const zoneStart = text.indexOf('%25');
  if (zoneStart === -1) return unescape(text, 'host');
  const address = unescape(text.slice(0, zoneStart), 'host');
  const zone = unescape(text.slice(zoneStart), 'zone');
  if (!address.ok) return address;
  return zone.ok ? ok(address.value + zone.value) : zone;
};

const isAddress = (text: string): boolean => {
  const [address = '', zone] = text.split(/%([^]*)/, 2);
  return isIPv6(address) && zone !== '';
};

const parseBracketed = (host: string): Result<ByteString, string> => {
  const end = host.lastIndexOf(']');
  if (end === -1) return err("missing ']' in host");
  if (!isPort(host.slice(end + 1))) return invalidPort;
  const address = unescapeAddress(host.slice(1, end));
  if (!address.ok) return address;
  return isAddress(address.value) ? ok(`[${address.value}]${host.slice(end + 1)}`) : err('invalid host');
};

/** Reads host and port as Go does. Several colons outside of brackets are allowed where the scheme is none of HTTP's (lists of hosts). */
export const parseHost = (scheme: string, host: string): Result<ByteString, string> => {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) return err('invalid IP-literal');
  if (bracket === 0) return parseBracketed(host);
  const isHttp = scheme === 'http' || scheme === 'https';
  const colon = isHttp ? host.indexOf(':') : host.lastIndexOf(':');
  if (colon !== -1 && !isPort(host.slice(colon))) return invalidPort;
  return unescape(host, 'host');
};

/** The host without its port and brackets. */
export const hostname = (host: string): string => {
  const colon = host.lastIndexOf(':');
  const name = colon !== -1 && isPort(host.slice(colon)) ? host.slice(0, colon) : host;
  return name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
};
