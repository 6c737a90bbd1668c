import { type ByteString, FunctionError, stringValue, type TemplateFunction } from '../../value.ts';
import { stringArgument, stringList } from '../arguments.ts';
import { cost } from '../cost.ts';
import { alternativeNames } from './alternative-names.ts';
import { type Certificate, parseCertificate } from './certificate.ts';
import { filterChain, filterPem, trimJunk } from './filter.ts';
import { privateKeyPem, publicKeyPem } from './jwk.ts';
import { decodePem } from './pem.ts';
import { rsaDecrypt } from './rsa-decrypt.ts';

const oneText = (name: string, use: (text: ByteString) => ByteString): TemplateFunction => ({
  name,
  parameters: ['string'],
  call: ([text], context) => {
    context.spend(cost.keyOperation);
    return stringValue(use(stringArgument(text)));
  },
});

const filter = (
  name: string,
  use: (wanted: ByteString, text: ByteString) => ByteString,
): TemplateFunction => ({
  name,
  parameters: ['string', 'string'],
  call: ([wanted, text], context) => {
    context.spend(stringArgument(text).length);
    return stringValue(use(stringArgument(wanted), stringArgument(text)));
  },
});

const firstCertificate = (text: ByteString): Certificate => {
  const found = decodePem(trimJunk(text));
  if (found === undefined) throw new FunctionError('failed to decode PEM block');
  try {
    return parseCertificate(found.block.bytes);
  } catch (error) {
    if (error instanceof FunctionError) {
      throw new FunctionError(`failed to parse certificate: ${error.message}`, { cause: error });
    }
    throw error;
  }
};

export const functions: readonly TemplateFunction[] = [
  filter('filterPEM', filterPem),
  filter('filterCertChain', filterChain),
  {
    name: 'certSANs',
    parameters: ['string'],
    call: ([text], context) => {
      context.spend(cost.keyOperation + stringArgument(text).length);
      return stringList(alternativeNames(firstCertificate(stringArgument(text))));
    },
  },
  oneText('jwkPublicKeyPem', publicKeyPem),
  oneText('jwkPrivateKeyPem', privateKeyPem),
  {
    name: 'rsaDecrypt',
    parameters: ['string', 'string', 'string', 'string'],
    call: ([scheme, hash, input, privateKey], context) => {
      context.spend(cost.keyOperation);
      return stringValue(
        rsaDecrypt(stringArgument(scheme), stringArgument(hash), {
          input: stringArgument(input),
          privateKey: stringArgument(privateKey),
        }),
      );
    },
  },
];
