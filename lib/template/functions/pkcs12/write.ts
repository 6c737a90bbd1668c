import { createHash, type KeyObject } from 'node:crypto';
import { type ByteString, type CallContext } from '../../value.ts';
import { explicit, implicit, integer, octets, oid, primitive, sequence, set } from '../der/write.ts';
import { tags } from '../der/read.ts';
import type { Certificate } from '../pem/certificate.ts';
import { toPkcs8 } from '../pem/private-key.ts';
import { describeName } from './describe-name.ts';
import { encrypt, iterations, saltSize } from './encrypt.ts';
import { computeMac } from './mac.ts';
import { oids } from './oids.ts';
import { type Password, passwordOf, toWide } from './password.ts';

const attribute = (type: string, value: Buffer): Buffer => sequence(oid(type), set(value));

const bag = (type: string, value: Buffer, attributes: readonly Buffer[]): Buffer =>
  sequence(oid(type), explicit(0, value), ...(attributes.length === 0 ? [] : [set(...attributes)]));

const certificateBag = ({ der }: Certificate, attributes: readonly Buffer[]): Buffer =>
  bag(oids.certificateBag, sequence(oid(oids.x509Certificate), explicit(0, octets(der))), attributes);

const encryptedContents = (bags: readonly Buffer[], password: Password, context: CallContext): Buffer => {
  const { algorithm, bytes } = encrypt(sequence(...bags), password, context);
  const info = sequence(oid(oids.data), algorithm, implicit(0, bytes));
  return sequence(oid(oids.encryptedData), explicit(0, sequence(integer(0), info)));
};

const plainContents = (content: Buffer): Buffer => sequence(oid(oids.data), explicit(0, octets(content)));

/** The whole file: the parts, and a MAC over them. */
const file = (parts: readonly Buffer[], password: Password, context: CallContext): ByteString => {
  const message = sequence(...parts);
  const salt = context.randomBytes(saltSize);
  const digest = computeMac({ hash: 'sha256', salt, iterations }, message, password, context);
  const algorithm = sequence(oid(oids.sha256));
  const mac = sequence(sequence(algorithm, octets(digest)), octets(salt), integer(iterations));
  return sequence(integer(3), plainContents(message), mac).toString('base64');
};

/** A key store with a key, its certificate and those of its issuers, as go-pkcs12's `Modern.Encode` writes it; base64. */
export const writeKeyStore = (
  key: KeyObject,
  [own, ...issuers]: readonly [Certificate, ...Certificate[]],
  text: ByteString,
  context: CallContext,
): ByteString => {
  const password = passwordOf(text);
  const localKeyId = attribute(oids.localKeyId, octets(createHash('sha1').update(own.der).digest()));
  const certificates = [
    certificateBag(own, [localKeyId]),
    ...issuers.map((certificate) => certificateBag(certificate, [])),
  ];
  const shrouded = encrypt(toPkcs8(key), password, context);
  const keyBag = bag(oids.shroudedKeyBag, sequence(shrouded.algorithm, octets(shrouded.bytes)), [localKeyId]);
  const parts = [encryptedContents(certificates, password, context), plainContents(sequence(keyBag))];
  return file(parts, password, context);
};

/** A trust store that Java takes, as go-pkcs12's `Modern.EncodeTrustStore` writes it; base64. */
export const writeTrustStore = (
  certificates: readonly Certificate[],
  text: ByteString,
  context: CallContext,
): ByteString => {
  const password = passwordOf(text);
  const trusted = attribute(oids.javaTrustStore, oid(oids.anyExtendedKeyUsage));
  const bags = certificates.map((certificate) => {
    const name = primitive(tags.bmpString, toWide(describeName(certificate.subject)));
    return certificateBag(certificate, [trusted, attribute(oids.friendlyName, name)]);
  });
  return file([encryptedContents(bags, password, context)], password, context);
};
