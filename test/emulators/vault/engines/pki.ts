import { ok } from '../../../../lib/result.ts';
import { dataAnswer, empty, errorList, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { Fields } from '../fields.ts';
import { goDuration, noTerms } from '../ttl.ts';
import { listBelow } from './listing.ts';
import { issueCertificate, keyPem, makeAuthority, serialNumber } from './pki-certificate.ts';
import { readPkiNames, readPkiRole } from './pki-role.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { LeaseStore } from '../leases.ts';
import type { TtlLimits } from '../ttl.ts';
import type { KeyPair } from './pki-certificate.ts';
import type { KeyType, PkiRole } from './pki-role.ts';

interface Authority extends KeyPair {
  readonly keyType: KeyType;
  /** Seconds since the epoch. */
  readonly notAfter: number;
}

/** How long before the issue a certificate is valid, for clocks that are behind; seconds. */
const notBeforeSeconds = 30;

const noIssuer = failure(
  500,
  errorList('could not fetch the CA certificate (was one set?): no default issuer currently configured'),
);

const isWrite = ({ operation }: BackendRequest): boolean => operation === 'update' || operation === 'create';

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

/** How long a certificate is to live: what is asked for, else the role's, else the mount's, and no longer than is allowed. */
function lifeOf(
  asked: number,
  role: PkiRole,
  limits: TtlLimits,
): { readonly seconds: number; readonly warnings: readonly string[] } {
  const wanted = asked || role.ttl || limits.defaultSeconds;
  const longest = role.maxTtl || limits.maxSeconds;
  if (wanted <= longest) return { seconds: wanted, warnings: [] };
  return {
    seconds: longest,
    warnings: [
      `TTL "${goDuration(wanted)}" is longer than permitted maxTTL "${goDuration(longest)}", so maxTTL is being used`,
    ],
  };
}

/**
 * The PKI engine with one certificate authority: `root/generate/internal`, `roles/<name>`, `issue/<role>` with real
 * certificates, `cert/ca` (https://developer.hashicorp.com/vault/api-docs/secret/pki). Nothing is kept of what it issues, so
 * nothing can be revoked. A role without `key_type` has keys of its authority's type.
 */
export class PkiEngine implements Backend {
  readonly #roles = new Map<string, PkiRole>();
  readonly #clock: Clock;
  readonly #leases: LeaseStore;
  #authority: Authority | undefined;

  constructor(clock: Clock, leases: LeaseStore) {
    this.#clock = clock;
    this.#leases = leases;
  }

  exists(path: string): boolean {
    return !path.startsWith('roles/') || this.#roles.has(path.slice('roles/'.length));
  }

  handle(request: BackendRequest): Answer | Promise<Answer> {
    if (request.path === 'root/generate/internal')
      return isWrite(request) ? this.#generate(request) : unsupportedOperation;
    if (request.path === 'cert/ca') return this.#readAuthority(request);
    const [, role] = /^(?:issuer\/default\/)?issue\/([^/]+)$/.exec(request.path) ?? [];
    if (role !== undefined) return isWrite(request) ? this.#issue(role, request) : unsupportedOperation;
    const [, name] = /^roles\/(.*)$/s.exec(request.path) ?? [];
    return name === undefined ? unsupportedPath : this.#role(name, request);
  }

  #seconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }

  async #generate({ data, mount }: BackendRequest): Promise<Answer> {
    const fields = new Fields(data);
    const name = fields.text('common_name');
    const keyType: KeyType = fields.text('key_type') === 'ec' ? 'ec' : 'rsa';
    const ttl = fields.seconds('ttl') ?? mount.limits.defaultSeconds;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (name === '') return failure(400, 'the common_name field is required');
    const notBefore = this.#seconds() - notBeforeSeconds;
    const notAfter = this.#seconds() + ttl;
    const made = await makeAuthority(name, { keyType, notBefore, notAfter });
    this.#authority = { ...made, keyType, notAfter };
    const { certificate } = this.#authority;
    const serial = serialNumber(certificate);
    return dataAnswer({ certificate, expiration: notAfter, issuing_ca: certificate, serial_number: serial });
  }

  #readAuthority({ operation }: BackendRequest): Answer {
    if (operation !== 'read') return unsupportedOperation;
    return this.#authority === undefined
      ? empty
      : dataAnswer({
          certificate: this.#authority.certificate,
          revocation_time: 0,
          revocation_time_rfc3339: '',
        });
  }

  #role(name: string, request: BackendRequest): Answer {
    if (request.operation === 'list') return listBelow(this.#roles.keys(), '');
    if (request.operation === 'read') {
      const role = this.#roles.get(name);
      return role === undefined ? empty : dataAnswer(role.data);
    }
    if (request.operation === 'delete') {
      this.#roles.delete(name);
      return empty;
    }
    const role = readPkiRole(request.data);
    if (!role.ok) return failure(400, role.error);
    this.#roles.set(name, role.value);
    return dataAnswer(role.value.data);
  }

  #issue(name: string, request: BackendRequest): Answer | Promise<Answer> {
    const role = this.#roles.get(name);
    if (role === undefined) return failure(400, `unknown role: ${name}`);
    const authority = this.#authority;
    if (authority === undefined) return noIssuer;
    const { keyType = authority.keyType } = role;
    return keyType === authority.keyType
      ? this.#issueBy(authority, role, request)
      : failure(
          400,
          `this stand-in issues keys of its certificate authority's type alone: ${authority.keyType}`,
        );
  }

  async #issueBy(authority: Authority, role: PkiRole, request: BackendRequest): Promise<Answer> {
    const fields = new Fields(request.data);
    const asked = fields.seconds('ttl') ?? 0;
    const format = fields.text('private_key_format');
    const names = readPkiNames(role, fields);
    if (!names.ok) return failure(400, names.error);
    const life = lifeOf(asked, role, request.mount.limits);
    const expiration = this.#seconds() + life.seconds;
    if (expiration > authority.notAfter)
      return failure(
        400,
        `cannot satisfy request, as TTL would result in notAfter of ${time(expiration)} that is beyond the expiration of the CA certificate at ${time(authority.notAfter)}`,
      );
    const notBefore = this.#seconds() - notBeforeSeconds;
    const { certificate, keyType } = authority;
    const made = await issueCertificate(authority, names.value, { keyType, notBefore, notAfter: expiration });
    const data = {
      ca_chain: [certificate],
      certificate: made.certificate,
      expiration,
      issuing_ca: certificate,
      not_before: notBefore,
      private_key: keyPem(made.key, keyType, format),
      private_key_type: keyType,
      serial_number: serialNumber(made.certificate),
    };
    return role.generateLease
      ? this.#leased(request, data, life)
      : { kind: 'data', data, warnings: life.warnings };
  }

  #leased(request: BackendRequest, data: JsonObject, life: ReturnType<typeof lifeOf>): Answer {
    const { token, namespace, mount, fullPath } = request;
    if (token === undefined) return failure(403, 'permission denied');
    const terms = { ...noTerms, ttl: life.seconds, maxTtl: life.seconds };
    const lease = this.#leases.issue({
      path: fullPath,
      namespace,
      token,
      limits: mount.limits,
      renewable: false,
      terms: () => ok(terms),
    });
    if (!lease.ok) return failure(500, errorList(lease.error));
    return { kind: 'data', data, lease: lease.value.block, warnings: life.warnings };
  }
}
