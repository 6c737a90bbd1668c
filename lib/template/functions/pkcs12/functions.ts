import type { KeyObject } from 'node:crypto';
import {
  type ByteString,
  type CallContext,
  FunctionError,
  stringValue,
  type TemplateFunction,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { type Certificate, parseCertificate } from '../pem/certificate.ts';
import { orderChain } from '../pem/chain.ts';
import { decodePem, encodeCertificate, encodePem } from '../pem/pem.ts';
import { readAnyPrivateKey, toPkcs8 } from '../pem/private-key.ts';
import { type KeyStore, readKeyStore } from './read.ts';
import { writeKeyStore, writeTrustStore } from './write.ts';

/** The chain from leaf to root where the certificates are one; else as they come. */
const ordered = (certificates: readonly Certificate[]): readonly Certificate[] => {
  try {
    return orderChain(certificates);
  } catch (error) {
    if (error instanceof FunctionError) return certificates;
    throw error;
  }
};

const read = (
  what: string,
  { bytes, password }: { readonly bytes: ByteString; readonly password: ByteString },
  context: CallContext,
): KeyStore => {
  try {
    return readKeyStore(bytes, password, context);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    throw new FunctionError(`unable to decode ${what} with password: ${error.message}`, { cause: error });
  }
};

const key = (bytes: ByteString, password: ByteString, context: CallContext): ByteString =>
  encodePem('PRIVATE KEY', toPkcs8(read('pkcs12', { bytes, password }, context).key));

const certificates = (bytes: ByteString, password: ByteString, context: CallContext): ByteString =>
  ordered(read('pkcs12 certificate', { bytes, password }, context).certificates)
    .map(({ der }) => encodeCertificate(der))
    .join('');

/** Go panics where a text has no PEM; so this is an error. */
const noPem = (): never => {
  throw new FunctionError('failed to decode PEM block');
};

const firstCertificate = (pem: ByteString): { certificate: Certificate; rest: ByteString } => {
  const { block, rest } = decodePem(pem) ?? noPem();
  return { certificate: parseCertificate(block.bytes), rest };
};

/** All certificates, up to the end of the text. */
const allCertificates = (pem: ByteString): Certificate[] => {
  const all: Certificate[] = [];
  for (let text = pem; text !== '';) {
    const { certificate, rest } = firstCertificate(text);
    all.push(certificate);
    text = rest;
  }
  return all;
};

const privateKey = (pem: ByteString): KeyObject => {
  const found = readAnyPrivateKey((decodePem(pem) ?? noPem()).block.bytes);
  if (found === undefined) throw new FunctionError('unable to parse private key type');
  return found;
};

interface KeyStoreArguments {
  readonly certificate: ByteString;
  readonly key: ByteString;
  readonly password: ByteString;
}

const ownAlone = (given: KeyStoreArguments, context: CallContext): ByteString => {
  const { certificate } = firstCertificate(given.certificate);
  return writeKeyStore(privateKey(given.key), [certificate], given.password, context);
};

const withIssuers = (given: KeyStoreArguments, context: CallContext): ByteString => {
  const { certificate, rest } = firstCertificate(given.certificate);
  const all = [certificate, ...allCertificates(rest)] as const;
  return writeKeyStore(privateKey(given.key), all, given.password, context);
};

/** Functions that read, without and with a password, which comes first. */
const reading = (
  name: string,
  use: (bytes: ByteString, password: ByteString, context: CallContext) => ByteString,
): TemplateFunction[] => [
  {
    name,
    parameters: ['string'],
    call: ([bytes], context) => stringValue(use(stringArgument(bytes), '', context)),
  },
  {
    name: `${name}Pass`,
    parameters: ['string', 'string'],
    call: ([password, bytes], context) =>
      stringValue(use(stringArgument(bytes), stringArgument(password), context)),
  },
];

/** Functions that write, without and with a password, which comes last. Salts make each result another. */
const writing = (
  name: string,
  use: (given: KeyStoreArguments, context: CallContext) => ByteString,
): TemplateFunction[] => {
  const call: TemplateFunction['call'] = ([certificate, key_, password], context) => {
    const given = {
      certificate: stringArgument(certificate),
      key: stringArgument(key_),
      password: password === undefined ? '' : stringArgument(password),
    };
    return stringValue(use(given, context));
  };
  return [
    { name, parameters: ['string', 'string'], unstable: true, call },
    { name: `${name}Pass`, parameters: ['string', 'string', 'string'], unstable: true, call },
  ];
};

const trustStore: TemplateFunction['call'] = ([pem, password], context) =>
  stringValue(
    writeTrustStore(
      allCertificates(stringArgument(pem)),
      password === undefined ? '' : stringArgument(password),
      context,
    ),
  );

export const functions: readonly TemplateFunction[] = [
  ...reading('pkcs12key', key),
  ...reading('pkcs12cert', certificates),
  ...writing('pemToPkcs12', ownAlone),
  ...writing('fullPemToPkcs12', withIssuers),
  { name: 'pemTruststoreToPKCS12', parameters: ['string'], unstable: true, call: trustStore },
  { name: 'pemTruststoreToPKCS12Pass', parameters: ['string', 'string'], unstable: true, call: trustStore },
];
