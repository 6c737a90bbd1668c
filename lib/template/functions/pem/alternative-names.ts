import { type ByteString, FunctionError } from '../../value.ts';
import { formatUrl, parseUrl } from '../url/url.ts';
import type { Certificate } from './certificate.ts';

/** Tags of GeneralName (RFC 5280, section 4.2.1.6). */
const generalName = { email: 1, dns: 2, uri: 6, ip: 7 } as const;

/** The longest run of zero groups, of two at least, is written as two colons. */
const formatIpv6 = (bytes: Buffer): string => {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(
    ':',
  );
  const runs = [...groups.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  if (longest === '') return groups;
  const start = groups.search(new RegExp(`(?<![0-9a-f])${longest}(?![0-9a-f])`));
  const [before, after] = [groups.slice(0, start), groups.slice(start + longest.length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
};

const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

const formatIp = (bytes: Buffer): string => {
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) throw new FunctionError('x509: cannot parse IP address');
  return bytes.subarray(0, 12).equals(mappedPrefix) ? bytes.subarray(12).join('.') : formatIpv6(bytes);
};

const formatUri = (text: ByteString): ByteString => {
  const url = parseUrl(text);
  if (!url.ok) throw new FunctionError('x509: cannot parse URI');
  return formatUrl(url.value);
};

/** Alternative names of a certificate: first those of DNS, then addresses, mail addresses and URIs. */
export const alternativeNames = ({ alternativeNames: names }: Certificate): ByteString[] => {
  const having = (tag: number): Buffer[] =>
    names.filter((name) => name.tagClass === 2 && name.tag === tag).map(({ content }) => content);
  const texts = (tag: number): ByteString[] => having(tag).map((content) => content.toString('latin1'));
  return [
    ...texts(generalName.dns),
    ...having(generalName.ip).map(formatIp),
    ...texts(generalName.email),
    ...texts(generalName.uri).map(formatUri),
  ];
};
