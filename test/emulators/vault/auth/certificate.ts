import { err, ok } from '../../../../lib/result.ts';
import { dataAnswer, empty, errorList, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { listBelow } from '../engines/listing.ts';
import { Fields } from '../fields.ts';
import { certificateRole, showCertificateRole, type CertificateRole } from './certificate-role.ts';
import { matchRole } from './certificate-match.ts';
import { keyIdOf, namesOf } from './client-certificate.ts';
import type { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import type { Result } from '../../../../lib/result.ts';
import type { Answer } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { Identity, Logins } from './login.ts';

export interface CertificateAuthOptions {
  readonly clock: Clock;
  readonly logins: Logins;
}

const noCertificate = failure(400, 'no client certificate found');
const otherClient =
  'failed to renew entry: client identity during renewal not matching client identity used during login';

const metadataOf = (role: CertificateRole, certificate: X509Certificate): Record<string, string> => ({
  cert_name: role.name,
  common_name: namesOf(certificate).commonName,
  serial_number: BigInt(`0x${certificate.serialNumber}`).toString(),
  subject_key_id: keyIdOf(certificate, 'subject'),
  authority_key_id: keyIdOf(certificate, 'authority'),
});

/**
 * The certificate auth method (https://developer.hashicorp.com/vault/api-docs/auth/cert): the certificate of the connection logs in, one that a
 * role has itself or one that the authority of a role has issued, without others between them. A renewal takes the same certificate.
 */
export class CertificateAuth implements Backend {
  readonly #options: CertificateAuthOptions;
  readonly #roles = new Map<string, CertificateRole>();

  constructor(options: CertificateAuthOptions) {
    this.#options = options;
  }

  isOpen(path: string): boolean {
    return path === 'login';
  }

  exists(path: string): boolean {
    return !path.startsWith('certs/') || this.#roles.has(path.slice('certs/'.length).toLowerCase());
  }

  handle(request: BackendRequest): Answer {
    const { path, operation } = request;
    if (path === 'login') return operation === 'update' ? this.#logIn(request) : unsupportedOperation;
    if (path === 'certs/' && operation === 'list') return listBelow(this.#roles.keys(), '');
    if (path.startsWith('certs/')) return this.#role(path.slice('certs/'.length).toLowerCase(), request);
    return unsupportedPath;
  }

  #logIn(request: BackendRequest): Answer {
    const { clientCertificate: certificate } = request;
    if (certificate === undefined) return noCertificate;
    const role = this.#match(certificate, new Fields(request.data).text('name'));
    return role.ok
      ? this.#options.logins.logIn(request, this.#identify(role.value, certificate))
      : role.error;
  }

  /** The first role by name that lets a certificate in, or the one that was asked for. */
  #match(certificate: X509Certificate, name: string): Result<CertificateRole, Answer> {
    const roles = [...this.#roles.values()]
      .filter((role) => name === '' || role.name === name)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return matchRole(roles, certificate, this.#options.clock.now());
  }

  #identify(role: CertificateRole, certificate: X509Certificate): Identity {
    const { name, displayName, parameters } = role;
    const metadata = metadataOf(role, certificate);
    return {
      alias: metadata['common_name'] ?? '',
      displayName,
      metadata,
      parameters,
      renewalTerms: () => {
        const current = this.#roles.get(name);
        if (current === undefined) return err('the role is gone');
        return String(current.parameters.policies) === String(parameters.policies)
          ? ok(current.parameters.terms)
          : err('policies have changed, not renewing');
      },
      renewalRefusal: (shown) => this.#renewalRefusal(name, certificate, shown),
    };
  }

  /** Without its role a token is not renewed, and nothing is said of that. */
  #renewalRefusal(
    name: string,
    original: X509Certificate,
    shown: X509Certificate | undefined,
  ): Answer | undefined {
    if (!this.#roles.has(name)) return empty;
    if (shown === undefined) return noCertificate;
    const role = this.#match(shown, name);
    if (!role.ok) return role.error;
    return shown.raw.equals(original.raw) ? undefined : failure(500, errorList(otherClient));
  }

  #role(name: string, { operation, data }: BackendRequest): Answer {
    const present = this.#roles.get(name);
    if (operation === 'read') return present === undefined ? empty : dataAnswer(showCertificateRole(present));
    if (operation === 'delete') {
      this.#roles.delete(name);
      return empty;
    }
    const role = certificateRole(name, { ...present?.data, ...data });
    if (!role.ok) return failure(400, role.error);
    this.#roles.set(name, role.value);
    return empty;
  }
}
