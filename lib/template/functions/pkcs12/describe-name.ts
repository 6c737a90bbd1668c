import type { ByteString } from '../../value.ts';
import { childrenOf, type Der, oidOf, tags } from '../der/read.ts';
import { text as textDer } from '../der/write.ts';

/** Attributes that Go's `pkix.Name` has, in the order that it writes them; the last two hold one value. */
const attributes = [
  ['2.5.4.6', 'C'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.17', 'POSTALCODE'],
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'SERIALNUMBER'],
] as const;

const single: ReadonlySet<string> = new Set(['CN', 'SERIALNUMBER']);

interface Attribute {
  readonly oid: string;
  readonly value: ByteString;
}

const valueOf = ({ tag, content }: Der): ByteString =>
  tag === tags.bmpString && content.length % 2 === 0
    ? Buffer.from(Buffer.from(content).swap16().toString('utf16le')).toString('latin1')
    : content.toString('latin1');

const attributesOf = (subject: Der): Attribute[] =>
  childrenOf(subject)
    .flatMap(childrenOf)
    .flatMap((pair) => {
      const [type, value] = childrenOf(pair);
      return value === undefined ? [] : [{ oid: oidOf(type), value: valueOf(value) }];
    });

/** RFC 2253, section 2.4. */
const escape = (value: ByteString): ByteString =>
  value.replaceAll(/[,+"\\<>;]|^[ #]| $/g, (character) => `\\${character}`);

const formatKnown = (known: readonly Attribute[]): string[] =>
  attributes.flatMap(([oid, name]) => {
    const values = known.filter((attribute) => attribute.oid === oid).map(({ value }) => value);
    const kept = single.has(name) ? values.slice(-1).filter((value) => value !== '') : values;
    return kept.length === 0 ? [] : [kept.map((value) => `${name}=${escape(value)}`).join('+')];
  });

/** A subject as Go's `pkix.Name.String` writes it: the last part first, what has no name by its number at the end. */
export const describeName = (subject: Der): ByteString => {
  const all = attributesOf(subject);
  const names = new Set<string>(attributes.map(([oid]) => oid));
  const others = all.filter(({ oid }) => !names.has(oid));
  const numbered = others.map(({ oid, value }) => `${oid}=#${textDer(value).toString('hex')}`);
  return [...numbered, ...formatKnown(all)].reverse().join(',');
};
