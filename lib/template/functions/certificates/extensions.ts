import { createHash } from 'node:crypto';
import { bits, implicit, octets, oid, sequence, yes } from '../der/write.ts';

/** Extensions of certificates (RFC 5280, section 4.2). */

const extension = (type: string, isCritical: boolean, value: Buffer): Buffer =>
  sequence(oid(type), ...(isCritical ? [yes] : []), octets(value));

/** Signatures and encipherment of keys; an authority's also for certificates. */
const keyUsage = (isAuthority: boolean): Buffer =>
  extension('2.5.29.15', true, isAuthority ? bits(Buffer.from([0xa4]), 2) : bits(Buffer.from([0xa0]), 5));

/** Servers and clients. */
const extendedKeyUsage = extension(
  '2.5.29.37',
  false,
  sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2')),
);

const basicConstraints = (isAuthority: boolean): Buffer =>
  extension('2.5.29.19', true, isAuthority ? sequence(yes) : sequence());

/** RFC 7093, section 2, method 1: the start of a SHA-256. */
const keyIdentifier = (publicKeyBits: Buffer): Buffer =>
  createHash('sha256').update(publicKeyBits).digest().subarray(0, 20);

export interface AlternativeNames {
  readonly dns: readonly string[];
  readonly ips: readonly Buffer[];
}

const alternativeNames = ({ dns, ips }: AlternativeNames, isCritical: boolean): Buffer =>
  extension(
    '2.5.29.17',
    isCritical,
    sequence(
      ...dns.map((name) => implicit(2, Buffer.from(name, 'latin1'))),
      ...ips.map((address) => implicit(7, address)),
    ),
  );

export interface ExtensionOptions {
  readonly isAuthority: boolean;
  /** Bits of the public key, for the identifier of an authority. */
  readonly publicKeyBits: Buffer;
  readonly issuerKeyId: Buffer | undefined;
  readonly names: AlternativeNames;
  /** Names count for more where there is no subject. */
  readonly hasSubject: boolean;
}

/** The extensions that Go's x509 writes for sprig's templates, in its order. */
export const extensionsOf = (options: ExtensionOptions): Buffer => {
  const { isAuthority, publicKeyBits, issuerKeyId, names, hasSubject } = options;
  const subjectKeyId = isAuthority
    ? [extension('2.5.29.14', false, octets(keyIdentifier(publicKeyBits)))]
    : [];
  const authorityKeyId =
    issuerKeyId === undefined ? [] : [extension('2.5.29.35', false, sequence(implicit(0, issuerKeyId)))];
  const hasNames = names.dns.length + names.ips.length > 0;
  return sequence(
    keyUsage(isAuthority),
    extendedKeyUsage,
    basicConstraints(isAuthority),
    ...subjectKeyId,
    ...authorityKeyId,
    ...(hasNames ? [alternativeNames(names, !hasSubject)] : []),
  );
};
