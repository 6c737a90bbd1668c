import { given } from '../given.ts';
import type { Fields } from './fields.ts';
import { credential, object, type Check } from './shape.ts';

const notSent = 'is not sent: auth.cert alone logs in with a client certificate';

/** A Secret's key as it was written in the wild, with a `secretRef` around it. */
const wrapped = object({ secretRef: credential });

const shape: Readonly<Record<string, Check>> = {
  certSecretRef: credential,
  keySecretRef: credential,
  caCert: wrapped,
  clientCert: wrapped,
  clientKey: wrapped,
};

/**
 * Reads `tls`. `certSecretRef` and `keySecretRef` are external-secrets' own, `serverName` is ours; the rest is written so in the wild.
 * A server that insists on a client certificate refuses the login, and others do not mind.
 */
export const readVaultTls = (
  fields: Fields | undefined,
  { hasBundle }: { readonly hasBundle: boolean },
): { readonly serverName?: string } => {
  if (fields === undefined) return {};
  const serverName = fields.optionalString('serverName');
  if (fields.boolean('insecureSkipVerify'))
    fields.reject('insecureSkipVerify', 'is never honoured; put the certificate authority into caBundle');
  for (const [name, check] of Object.entries(shape)) check(fields, name);
  fields.ignore(notSent, 'certSecretRef', 'keySecretRef');
  fields.ignore(`${notSent}; today it is written certSecretRef`, 'clientCert');
  fields.ignore(`${notSent}; today it is written keySecretRef`, 'clientKey');
  fields.ignore(
    hasBundle
      ? 'has no effect: caBundle says which certificate authorities are trusted'
      : 'reads a Secret, which Keyferry never does; put the certificate authority into caBundle',
    'caCert',
  );
  fields.close();
  return given({ serverName });
};
