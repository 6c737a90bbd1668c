import { X509Certificate } from 'node:crypto';
import { FunctionError } from '../../value.ts';
import {
  childrenOf,
  type Der,
  explicitOf,
  oidOf,
  octetsOf,
  readOnlyDer,
  sequenceOf,
  tags,
} from '../der/read.ts';

/** What is read of a certificate (RFC 5280). */
export interface Certificate {
  /** The whole certificate. */
  readonly der: Buffer;
  readonly subject: Der;
  readonly publicKey: Buffer;
  readonly subjectKeyId: Buffer | undefined;
  readonly authorityKeyId: Buffer | undefined;
  /** General names of the extension for alternative names. */
  readonly alternativeNames: readonly Der[];
}

const oids = {
  subjectKeyId: '2.5.29.14',
  subjectAlternativeName: '2.5.29.17',
  authorityKeyId: '2.5.29.35',
} as const;

/** Extension values by their OID. */
const extensionsOf = (fields: readonly Der[]): Map<string, Buffer> => {
  const extensions = fields.find(({ tagClass, tag }) => tagClass === 2 && tag === 3);
  if (extensions === undefined) return new Map();
  return new Map(
    sequenceOf(explicitOf(extensions, 3)).map((extension) => {
      const parts = sequenceOf(extension);
      return [oidOf(parts[0]), octetsOf(parts.at(-1))];
    }),
  );
};

const readAuthorityKeyId = (value: Buffer | undefined): Buffer | undefined => {
  if (value === undefined) return undefined;
  const id = sequenceOf(readOnlyDer(value)).find(({ tagClass, tag }) => tagClass === 2 && tag === 0);
  return id?.content;
};

const readParts = (der: Buffer): Certificate => {
  const [body] = sequenceOf(readOnlyDer(der));
  const all = sequenceOf(body);
  // The version comes first, but where it is the first.
  const fields = all[0]?.tagClass === 2 ? all.slice(1) : all;
  const extensions = extensionsOf(fields);
  const subjectKeyId = extensions.get(oids.subjectKeyId);
  const names = extensions.get(oids.subjectAlternativeName);
  const [, , , , subject, publicKey] = fields;
  if (subject === undefined || publicKey === undefined || subject.tag !== tags.sequence) {
    throw new FunctionError('x509: malformed certificate');
  }
  return {
    der,
    subject,
    publicKey: publicKey.bytes,
    subjectKeyId: subjectKeyId === undefined ? undefined : octetsOf(readOnlyDer(subjectKeyId)),
    authorityKeyId: readAuthorityKeyId(extensions.get(oids.authorityKeyId)),
    alternativeNames: names === undefined ? [] : childrenOf(readOnlyDer(names)),
  };
};

const isCertificate = (der: Buffer): boolean => {
  try {
    return new X509Certificate(der).raw.equals(der);
  } catch {
    return false;
  }
};

/** Reads a certificate. Throws `FunctionError` for what is none. */
export const parseCertificate = (der: Buffer): Certificate => {
  if (!isCertificate(der)) throw new FunctionError('x509: malformed certificate');
  return readParts(der);
};
