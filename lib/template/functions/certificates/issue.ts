import { createPublicKey, type KeyObject } from 'node:crypto';
import { type ByteString, type CallContext, FunctionError } from '../../value.ts';
import { expectDer, readOnlyDer, sequenceOf, tags } from '../der/read.ts';
import { bits, explicit, integer, primitive, sequence, unsigned } from '../der/write.ts';
import { cost } from '../cost.ts';
import type { Certificate } from '../pem/certificate.ts';
import { type AlternativeNames, extensionsOf } from './extensions.ts';
import { nameOf } from './name.ts';
import { signatureOf, signBytes } from './signature.ts';

/** Who signs: a certificate and its key. */
export interface Issuer {
  readonly certificate: Certificate;
  readonly key: KeyObject;
}

export interface Request {
  readonly commonName: ByteString;
  readonly days: bigint;
  readonly names: AlternativeNames;
  readonly isAuthority: boolean;
  readonly key: KeyObject;
  /** The certificate signs itself without one. */
  readonly issuer?: Issuer;
}

const day = 24 * 60 * 60 * 1000;

/** Times until 2049 have two digits for the year (RFC 5280, section 4.1.2.5). */
const time = (milliseconds: number): Buffer => {
  const date = new Date(milliseconds);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) {
    throw new FunctionError('error creating certificate: cannot represent time as GeneralizedTime');
  }
  const digits = `${date.toISOString().replaceAll(/[-:T]|\..*/g, '')}Z`;
  return year >= 1950 && year < 2050
    ? primitive(tags.utcTime, Buffer.from(digits.slice(2)))
    : primitive(tags.generalizedTime, Buffer.from(digits));
};

/** 128 bits, as Go takes for sprig's; zero is none. */
const serialNumber = (context: CallContext): Buffer => {
  const bytes = context.randomBytes(16);
  return unsigned(bytes.some((byte) => byte !== 0) ? bytes : Buffer.from([1]));
};

const checkIssuer = ({ certificate, key }: Issuer): void => {
  const own = createPublicKey(key).export({ format: 'der', type: 'spki' });
  if (!own.equals(certificate.publicKey)) {
    throw new FunctionError(
      "error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey",
    );
  }
};

const publicKeyBits = (spki: Buffer): Buffer =>
  expectDer(sequenceOf(readOnlyDer(spki))[1], tags.bitString).content.subarray(1);

/** The part of a certificate that is signed. */
const body = (request: Request, algorithm: Buffer, context: CallContext): Buffer => {
  const { commonName, days, names, isAuthority, key, issuer } = request;
  const subject = nameOf(commonName);
  const issuerName = issuer?.certificate.subject.bytes ?? subject;
  const isSelfIssued = issuerName.equals(subject);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const now = context.now();
  const extensions = extensionsOf({
    isAuthority,
    publicKeyBits: publicKeyBits(spki),
    issuerKeyId: isSelfIssued ? undefined : issuer?.certificate.subjectKeyId,
    names,
    hasSubject: commonName !== '',
  });
  return sequence(
    explicit(0, integer(2)),
    serialNumber(context),
    algorithm,
    issuerName,
    sequence(time(now), time(now + Number(days) * day)),
    subject,
    spki,
    explicit(3, extensions),
  );
};

/** Issues a certificate in DER, as Go's `x509.CreateCertificate` does for sprig. */
export const issueCertificate = (request: Request, context: CallContext): Buffer => {
  if (request.issuer !== undefined) checkIssuer(request.issuer);
  // Reading what signs, signing, and writing the key anew.
  context.spend(3 * cost.keyOperation);
  const signer = request.issuer?.key ?? request.key;
  const { algorithm } = signatureOf(signer);
  const signed = body(request, algorithm, context);
  return sequence(signed, algorithm, bits(signBytes(signer, signed)));
};
