import { X509Certificate } from 'node:crypto';
import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import { globMatches } from '../../shared/glob.ts';
import { isForClients, namesOf, type CertificateNames } from './client-certificate.ts';
import { readTokenParameters, showTokenParameters } from './token-parameters.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';
import type { TokenParameters } from './token-parameters.ts';

/** A role of the certificate auth method. */
export interface CertificateRole {
  readonly name: string;
  /** The fields as they were written, over which the next write goes. */
  readonly data: JsonObject;
  readonly displayName: string;
  /** Of an authority, or of the one client that is let in. */
  readonly trusted: X509Certificate;
  readonly allowed: Readonly<Record<AllowedField, readonly string[]>>;
  readonly parameters: TokenParameters;
}

const allowedFields = [
  'allowed_names',
  'allowed_common_names',
  'allowed_dns_sans',
  'allowed_email_sans',
  'allowed_uri_sans',
  'allowed_organizational_units',
] as const;

type AllowedField = (typeof allowedFields)[number];

const namesFor: Readonly<Record<AllowedField, (names: CertificateNames) => readonly string[]>> = {
  allowed_names: ({ commonName, dns, email }) => [commonName, ...dns, ...email],
  allowed_common_names: ({ commonName }) => [commonName],
  allowed_dns_sans: ({ dns }) => dns,
  allowed_email_sans: ({ email }) => email,
  allowed_uri_sans: ({ uri }) => uri,
  allowed_organizational_units: ({ organizationalUnits }) => organizationalUnits,
};

/** Whether a certificate has a name of each list that the role has. */
export function admits({ allowed }: CertificateRole, certificate: X509Certificate): boolean {
  const names = namesOf(certificate);
  return allowedFields.every((field) => {
    const globs = allowed[field];
    return (
      globs.length === 0 ||
      namesFor[field](names).some((name) => globs.some((glob) => globMatches(glob, name)))
    );
  });
}

function parseCertificate(pem: string): Result<X509Certificate, string> {
  try {
    const certificate = new X509Certificate(pem);
    return certificate.ca || isForClients(certificate)
      ? ok(certificate)
      : err('nonCA certificates should have TLS client authentication set as an extended key usage');
  } catch {
    return err('failed to parse certificate');
  }
}

/** Reads a role's fields (https://developer.hashicorp.com/vault/api-docs/auth/cert#create-ca-certificate-role). */
export function certificateRole(name: string, data: JsonObject): Result<CertificateRole, string> {
  const fields = new Fields(data);
  const allowed = Object.fromEntries(allowedFields.map((field) => [field, fields.list(field)])) as Record<
    AllowedField,
    string[]
  >;
  const displayName = fields.text('display_name') || name;
  const parameters = readTokenParameters(fields);
  const pem = fields.text('certificate');
  if (fields.problem !== undefined) return err(fields.problem);
  if (!parameters.ok) return parameters;
  const trusted = parseCertificate(pem);
  return trusted.ok
    ? ok({ name, data, displayName, trusted: trusted.value, allowed, parameters: parameters.value })
    : trusted;
}

/** A role as reading it shows it. */
export const showCertificateRole = ({
  data,
  displayName,
  allowed,
  parameters,
}: CertificateRole): JsonObject => ({
  ...Object.fromEntries(
    allowedFields.map((field) => [field, allowed[field].length === 0 ? null : allowed[field]]),
  ),
  allowed_metadata_extensions: null,
  certificate: data['certificate'],
  display_name: displayName,
  ocsp_ca_certificates: '',
  ocsp_enabled: false,
  ocsp_fail_open: false,
  ocsp_query_all_servers: false,
  ocsp_servers_override: null,
  required_extensions: null,
  ...showTokenParameters(parameters),
  token_strictly_bind_ip: false,
});
