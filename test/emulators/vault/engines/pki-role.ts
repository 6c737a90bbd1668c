import { isIP } from 'node:net';
import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';

export type KeyType = 'rsa' | 'ec';

/** Whom a role issues certificates to, and how; fields as in Vault's API, with its defaults. */
export interface PkiRole {
  readonly data: JsonObject;
  readonly allowedDomains: readonly string[];
  readonly allowBareDomains: boolean;
  readonly allowSubdomains: boolean;
  readonly allowAnyName: boolean;
  readonly allowLocalhost: boolean;
  readonly allowWildcards: boolean;
  readonly allowIpSans: boolean;
  readonly requireCommonName: boolean;
  readonly generateLease: boolean;
  /** Undefined: not said. */
  readonly keyType: KeyType | undefined;
  readonly ttl: number;
  readonly maxTtl: number;
}

/** The names that a certificate is to be for. */
export interface PkiNames {
  readonly commonName: string;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

const keyTypes: ReadonlyMap<string, KeyType> = new Map([
  ['rsa', 'rsa'],
  ['ec', 'ec'],
]);

/** Reads what is written to `roles/<name>` (https://developer.hashicorp.com/vault/api-docs/secret/pki#create-update-role). */
export function readPkiRole(data: JsonObject): Result<PkiRole, string> {
  const fields = new Fields(data);
  const flag = (name: string, fallback: boolean): boolean => fields.boolean(name) ?? fallback;
  const keyType = fields.string('key_type');
  const role = {
    allowedDomains: fields.list('allowed_domains'),
    allowBareDomains: flag('allow_bare_domains', false),
    allowSubdomains: flag('allow_subdomains', false),
    allowAnyName: flag('allow_any_name', false),
    allowLocalhost: flag('allow_localhost', true),
    allowWildcards: flag('allow_wildcard_certificates', true),
    allowIpSans: flag('allow_ip_sans', true),
    requireCommonName: flag('require_cn', true),
    generateLease: flag('generate_lease', false),
    ttl: fields.seconds('ttl') ?? 0,
    maxTtl: fields.seconds('max_ttl') ?? 0,
  };
  if (fields.problem !== undefined) return err(fields.problem);
  if (keyType !== undefined && !keyTypes.has(keyType)) return err(`unsupported key type: ${keyType}`);
  if (role.maxTtl > 0 && role.ttl > role.maxTtl) return err('"ttl" value must be less than "max_ttl" value');
  const shown = { ...data, ttl: role.ttl, max_ttl: role.maxTtl };
  return ok({ ...role, keyType: keyTypes.get(keyType ?? ''), data: shown });
}

const hostname = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?$/i;

/** Whether the role lets a certificate be for this DNS name. */
function allows(role: PkiRole, name: string): boolean {
  if (!hostname.test(name)) return false;
  if (name.startsWith('*.') && !role.allowWildcards) return false;
  if (role.allowAnyName) return true;
  if (role.allowLocalhost && (name === 'localhost' || name === 'localdomain')) return true;
  const lowered = name.toLowerCase();
  return role.allowedDomains
    .map((domain) => domain.toLowerCase())
    .some(
      (domain) =>
        (role.allowBareDomains && lowered === domain) ||
        (role.allowSubdomains && lowered.endsWith(`.${domain}`)),
    );
}

const requiredName =
  'the common_name field is required, or must be provided in a CSR with "use_csr_common_name" set to true, unless "require_cn" is set to false';

function ipProblem(role: PkiRole, addresses: readonly string[]): string | undefined {
  if (addresses.length > 0 && !role.allowIpSans)
    return 'IP Subject Alternative Names are not allowed in this role, but was provided via the API';
  const bad = addresses.find((address) => isIP(address) === 0);
  return bad === undefined ? undefined : `the value "${bad}" is not a valid IP address`;
}

function nameProblem(role: PkiRole, commonName: string, alternatives: readonly string[]): string | undefined {
  if (commonName === '' && role.requireCommonName) return requiredName;
  if (commonName !== '' && !allows(role, commonName))
    return `common name ${commonName} not allowed by this role`;
  const other = alternatives.find((name) => !allows(role, name));
  return other === undefined ? undefined : `subject alternate name ${other} not allowed by this role`;
}

/** The names that a request asks for, or Vault's sentence about the first that the role does not allow. */
export function readPkiNames(role: PkiRole, fields: Fields): Result<PkiNames, string> {
  const commonName = fields.text('common_name');
  const alternatives = fields.list('alt_names');
  const ipAddresses = fields.list('ip_sans');
  const excluded = fields.boolean('exclude_cn_from_sans') ?? false;
  const problem =
    fields.problem ?? nameProblem(role, commonName, alternatives) ?? ipProblem(role, ipAddresses);
  if (problem !== undefined) return err(problem);
  const own = commonName === '' || excluded ? [] : [commonName];
  return ok({ commonName, dnsNames: [...new Set([...own, ...alternatives])], ipAddresses });
}
