import { type ByteString, FunctionError } from '../../value.ts';
import { parsePrivateKeyPem } from '../crypto/private-key.ts';
import { decodeBase64 } from '../base64.ts';
import { parseCertificate } from '../pem/certificate.ts';
import { decodePem } from '../pem/pem.ts';
import type { CertificatePair } from './object.ts';
import { wrapErrors } from './wrap-errors.ts';

const decode = (text: ByteString, what: string): ByteString => {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw new FunctionError(`unable to decode base64 ${what}`);
  return bytes.toString('latin1');
};

/** sprig's `buildCustomCert`: a pair of what is there already, both base64 of PEM, after a look at each. */
export const buildCustomCertificate = (certificate: ByteString, key: ByteString): CertificatePair => {
  const pair = { certificate: decode(certificate, 'certificate'), key: decode(key, 'private key') };
  const found = decodePem(pair.certificate);
  if (found === undefined) throw new FunctionError('unable to decode certificate');
  wrapErrors('error parsing certificate: decodedCert.Bytes', () => parseCertificate(found.block.bytes));
  wrapErrors('error parsing private key', () => parsePrivateKeyPem(pair.key));
  return pair;
};
