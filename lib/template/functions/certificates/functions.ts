import type { KeyObject } from 'node:crypto';
import {
  type ByteString,
  type CallContext,
  FunctionError,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { integerArgument, listArgument, stringArgument } from '../arguments.ts';
import { generateRsa } from '../crypto/generate-key.ts';
import { encodePrivateKey, parsePrivateKeyPem } from '../crypto/private-key.ts';
import { parseCertificate } from '../pem/certificate.ts';
import { decodePem, encodeCertificate } from '../pem/pem.ts';
import { buildCustomCertificate } from './custom.ts';
import type { AlternativeNames } from './extensions.ts';
import { type Issuer, issueCertificate, type Request } from './issue.ts';
import { ipBytes } from './name.ts';
import { type CertificatePair, certificateObject, certificateType, pairArgument } from './object.ts';
import { wrapErrors } from './wrap-errors.ts';

const noNames: AlternativeNames = { dns: [], ips: [] };

const textsOf = (value: Value | undefined, failure: string): ByteString[] =>
  listArgument(value).map((item) => {
    if (item.kind !== 'string') throw new FunctionError(`${failure}: a value is not a string`);
    return item.value;
  });

const namesOf = (ips: Value | undefined, dns: Value | undefined): AlternativeNames => ({
  ips: textsOf(ips, 'error parsing ip').map((text) => {
    const bytes = ipBytes(text);
    // Go would quote the text.
    if (bytes === undefined) throw new FunctionError('error parsing ip: a value is no IP address');
    return bytes;
  }),
  dns: textsOf(dns, 'error processing alternate dns name').map((text) => {
    if (/[^\u0000-\u007f]/.test(text)) {
      throw new FunctionError('error creating certificate: x509: a value cannot be encoded as an IA5String');
    }
    return text;
  }),
});

const issue = (request: Request, context: CallContext): Value =>
  certificateObject({
    certificate: encodeCertificate(issueCertificate(request, context)),
    key: encodePrivateKey(request.key),
  });

const issuerOf = ({ certificate, key }: CertificatePair): Issuer => {
  const found = decodePem(certificate);
  if (found === undefined) throw new FunctionError('unable to decode certificate');
  return {
    certificate: wrapErrors('error parsing certificate: decodedSignerCert.Bytes', () =>
      parseCertificate(found.block.bytes),
    ),
    key: wrapErrors('error parsing private key', () => parsePrivateKeyPem(key)),
  };
};

type MakeRequest = (values: readonly Value[]) => Omit<Request, 'key'>;

/** A function that makes a key, and one with `WithKey` that takes it as its last argument. */
const both = (name: string, parameters: readonly string[], request: MakeRequest): TemplateFunction[] => {
  const call = (
    keyOf: (values: readonly Value[], context: CallContext) => KeyObject,
  ): TemplateFunction['call'] => {
    return (values, context) => issue({ key: keyOf(values, context), ...request(values) }, context);
  };
  const given = (values: readonly Value[]): KeyObject =>
    wrapErrors('parsing private key', () => parsePrivateKeyPem(stringArgument(values.at(-1))));
  return [
    { name, parameters, unstable: true, call: call((_, context) => generateRsa(2048, context)) },
    { name: `${name}WithKey`, parameters: [...parameters, 'string'], unstable: true, call: call(given) },
  ];
};

const list = '[]interface {}';

export const functions: readonly TemplateFunction[] = [
  ...both('genCA', ['string', 'int'], ([name, days]) => ({
    commonName: stringArgument(name),
    days: integerArgument(days),
    names: noNames,
    isAuthority: true,
  })),
  ...both('genSelfSignedCert', ['string', list, list, 'int'], ([name, ips, dns, days]) => ({
    commonName: stringArgument(name),
    days: integerArgument(days),
    names: namesOf(ips, dns),
    isAuthority: false,
  })),
  ...both(
    'genSignedCert',
    ['string', list, list, 'int', certificateType],
    ([name, ips, dns, days, authority]) => ({
      commonName: stringArgument(name),
      days: integerArgument(days),
      issuer: issuerOf(pairArgument(authority)),
      names: namesOf(ips, dns),
      isAuthority: false,
    }),
  ),
  {
    name: 'buildCustomCert',
    parameters: ['string', 'string'],
    call: ([certificate, key]) =>
      certificateObject(buildCustomCertificate(stringArgument(certificate), stringArgument(key))),
  },
];
