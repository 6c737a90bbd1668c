import type { Fields } from './fields.ts';
import { isSubdomain, quoted } from '../text.ts';

/**
 * Names one file of a credential that the broker keeps: `<dir>/cluster/<name>/<key>` for a ClusterSecretStore,
 * `<dir>/namespaces/<namespace of the store>/<name>/<key>` for a SecretStore. Never a Secret.
 */
export interface CredentialRef {
  /** A DNS-1123 subdomain. */
  readonly name: string;
  readonly key: string;
}

/** Both become parts of a path. */
const isKey = (key: string): boolean => /^[A-Za-z0-9._-]{1,253}$/.test(key) && key !== '.' && key !== '..';

/** A credential that has to be named: which of the store's, and which file of it. Undefined where it is not, or wrongly. */
export const readCredentialRef = (fields: Fields, name: string): CredentialRef | undefined => {
  const inner = fields.requiredObject(name);
  if (inner === undefined) return undefined;
  const ref: CredentialRef = { name: inner.string('name'), key: inner.string('key') };
  inner.optionalString('namespace');
  inner.ignore('is ignored: a credential is kept for the store, whatever its namespace', 'namespace');
  inner.close();
  if (ref.name !== '' && !isSubdomain(ref.name))
    inner.reject('name', `is ${quoted(ref.name)}; names of credentials are DNS-1123 subdomains`);
  if (ref.key !== '' && !isKey(ref.key))
    inner.reject(
      'key',
      `is ${quoted(ref.key)}; keys of credentials are letters, digits, ".", "_" and "-", not "." or ".." alone`,
    );
  return isSubdomain(ref.name) && isKey(ref.key) ? ref : undefined;
};

/** The same for a credential that a store may have or not. */
export const readOptionalCredentialRef = (fields: Fields, name: string): CredentialRef | undefined =>
  fields.has(name) ? readCredentialRef(fields, name) : undefined;
