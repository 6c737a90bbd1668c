import type { KeyObject } from 'node:crypto';
import { type ByteString, type CallContext, FunctionError } from '../../value.ts';
import {
  type Der,
  explicitOf,
  octetsOf,
  oidOf,
  readOnlyDer,
  sequenceOf,
  smallIntegerOf,
} from '../der/read.ts';
import { type Certificate, parseCertificate } from '../pem/certificate.ts';
import { readPrivateKey } from '../pem/private-key.ts';
import { decrypt } from './decrypt.ts';
import { verifyMac } from './mac.ts';
import { oids } from './oids.ts';
import { isEmpty, type Password, passwordOf } from './password.ts';

/** What a key store holds: a key, its certificate, and further ones. */
export interface KeyStore {
  readonly key: KeyObject;
  /** The first is the key's own, as it comes. */
  readonly certificates: readonly Certificate[];
}

interface Opened {
  readonly bags: readonly Der[];
  readonly password: Password;
}

const readContents = (contents: Der, password: Password, context: CallContext): Der[] => {
  const [type, content] = sequenceOf(contents);
  const oid = oidOf(type);
  if (oid === oids.data) return sequenceOf(readOnlyDer(octetsOf(explicitOf(content, 0))));
  if (oid !== oids.encryptedData) {
    throw new FunctionError(
      'pkcs12: only data and encryptedData content types are supported in authenticated safe',
    );
  }
  const [, info] = sequenceOf(explicitOf(content, 0));
  const [, algorithm, encrypted] = sequenceOf(info);
  const bytes = encrypted?.tagClass === 2 ? encrypted.content : Buffer.alloc(0);
  return sequenceOf(readOnlyDer(decrypt(algorithm, bytes, password, context)));
};

const check = (
  macData: Der | undefined,
  message: Buffer,
  password: Password,
  context: CallContext,
): Password => {
  if (macData !== undefined) return verifyMac(macData, message, password, context);
  if (!isEmpty(password)) throw new FunctionError('pkcs12: no MAC in data');
  return password;
};

const parseFile = (bytes: Buffer): Der[] => {
  try {
    return sequenceOf(readOnlyDer(bytes));
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw new FunctionError(`pkcs12: error reading P12 data: ${error.message}`, { cause: error });
  }
};

/** Go's library takes the one or two parts that tools write. */
const mostParts = 2;

const open = (bytes: Buffer, password: Password, context: CallContext): Opened => {
  const [version, authSafe, macData] = parseFile(bytes);
  if (smallIntegerOf(version) !== 3) throw new FunctionError("pkcs12: can only decode v3 PFX PDU's");
  const [type, content] = sequenceOf(authSafe);
  if (oidOf(type) !== oids.data) {
    throw new FunctionError('pkcs12: only password-protected PFX is implemented');
  }
  const message = octetsOf(explicitOf(content, 0));
  const right = check(macData, message, password, context);
  const parts = sequenceOf(readOnlyDer(message));
  if (parts.length < 1 || parts.length > mostParts) {
    throw new FunctionError(
      `pkcs12: expected between 1 and 2 items in the authenticated safe, but this file has ${parts.length}`,
    );
  }
  return { bags: parts.flatMap((part) => readContents(part, right, context)), password: right };
};

const readCertificateBag = (value: Der): Certificate => {
  const [type, content] = sequenceOf(value);
  if (oidOf(type) !== oids.x509Certificate) {
    throw new FunctionError('pkcs12: only X509 certificates are supported in cert bags');
  }
  return parseCertificate(octetsOf(explicitOf(content, 0)));
};

const parseKey = (pkcs8: Buffer): KeyObject => {
  const key = readPrivateKey(pkcs8, 'pkcs8');
  if (key === undefined) throw new FunctionError('pkcs12: error parsing PKCS#8 private key');
  return key;
};

const readShroudedKey = (value: Der, password: Password, context: CallContext): KeyObject => {
  const [algorithm, encrypted] = sequenceOf(value);
  try {
    return parseKey(decrypt(algorithm, octetsOf(encrypted), password, context));
  } catch (error) {
    if (!(error instanceof FunctionError) || error.message.startsWith('pkcs12: error parsing')) throw error;
    throw new FunctionError(`pkcs12: error decrypting PKCS#8 shrouded key bag: ${error.message}`, {
      cause: error,
    });
  }
};

const keyOf = (bag: Der, password: Password, context: CallContext): KeyObject | undefined => {
  const [type, content] = sequenceOf(bag);
  const oid = oidOf(type);
  if (oid === oids.keyBag) return parseKey(explicitOf(content, 0).bytes);
  return oid === oids.shroudedKeyBag ? readShroudedKey(explicitOf(content, 0), password, context) : undefined;
};

const certificateOf = (bag: Der): Certificate | undefined => {
  const [type, content] = sequenceOf(bag);
  return oidOf(type) === oids.certificateBag ? readCertificateBag(explicitOf(content, 0)) : undefined;
};

/** Reads a key store in PKCS#12 that has one key and at least one certificate. Throws `FunctionError` for any other. */
export const readKeyStore = (bytes: ByteString, text: ByteString, context: CallContext): KeyStore => {
  const { bags, password } = open(Buffer.from(bytes, 'latin1'), passwordOf(text), context);
  const certificates = bags.flatMap((bag) => certificateOf(bag) ?? []);
  const keys = bags.flatMap((bag) => keyOf(bag, password, context) ?? []);
  const [key] = keys;
  if (keys.length > 1) throw new FunctionError('pkcs12: expected exactly one key bag');
  if (certificates.length === 0) throw new FunctionError('pkcs12: certificate missing');
  if (key === undefined) throw new FunctionError('pkcs12: private key missing');
  return { key, certificates };
};
