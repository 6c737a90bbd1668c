import { type ByteString, FunctionError } from '../../value.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { decodeAllPem } from './pem.ts';

const nothing = Buffer.alloc(0);

/** A missing identifier equals another, as an empty one does in Go. */
const isIssuedBy = (certificate: Certificate, issuer: Certificate): boolean =>
  (certificate.authorityKeyId ?? nothing).equals(issuer.subjectKeyId ?? nothing);

/** Whether a certificate says of itself that it is a root. Nothing is verified. */
export const isRoot = ({ authorityKeyId, subjectKeyId }: Certificate): boolean =>
  authorityKeyId === undefined || authorityKeyId.equals(subjectKeyId ?? nothing);

/** Orders certificates from the leaf to the root by what they say of their issuers. Throws where they are not one chain. */
export const orderChain = (certificates: readonly Certificate[]): Certificate[] => {
  const issuers = new Map(
    certificates.map((certificate) => [
      certificate,
      certificates.find((other) => other !== certificate && isIssuedBy(certificate, other)),
    ]),
  );
  const parents = new Set(issuers.values());
  const [leaf, ...others] = certificates.filter((certificate) => !parents.has(certificate));
  if (others.length > 0) throw new FunctionError('found multiple leaf or disjunct certificates');
  if (leaf === undefined) throw new FunctionError('no leaf certificate found');
  const chain: Certificate[] = [];
  for (let next: Certificate | undefined = leaf; next !== undefined; next = issuers.get(next)) {
    chain.push(next);
    if (chain.length > certificates.length) throw new FunctionError('constructing chain resulted in cycle');
  }
  return chain;
};

/** The chain of all certificates in a text of PEM. */
export const readChain = (data: ByteString): Certificate[] =>
  orderChain(decodeAllPem(data).blocks.map(({ bytes }) => parseCertificate(bytes)));
