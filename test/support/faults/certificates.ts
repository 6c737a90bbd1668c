import { generate } from 'selfsigned';
import type { ServerCertificate } from '../../emulators/shared/certificate.ts';

const day = 24 * 60 * 60 * 1_000;

/** What a certificate says of itself. Times are the machine's own: TLS libraries ask no other clock. */
export interface CertificateRequest {
  readonly name: string;
  /** Whether it is for `localhost` besides, where a process looks for the store. */
  readonly local?: boolean;
  /** Days from now; negative: in the past. Default: from yesterday on. */
  readonly fromDay?: number;
  /** Default: to tomorrow. */
  readonly toDay?: number;
}

const validity = ({ fromDay = -1, toDay = 1 }: Omit<CertificateRequest, 'name' | 'local'>) => ({
  keyType: 'ec' as const,
  algorithm: 'sha256',
  notBeforeDate: new Date(Date.now() + fromDay * day),
  notAfterDate: new Date(Date.now() + toDay * day),
});

/** A certificate authority that signs whatever a test needs: expired, not valid yet, for another name. */
export class Authority {
  /** Its own certificate, which clients trust. */
  readonly pem: string;
  readonly #key: string;

  private constructor(pem: string, key: string) {
    this.pem = pem;
    this.#key = key;
  }

  static async create(name: string): Promise<Authority> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
      ...validity({ fromDay: -400, toDay: 400 }),
      extensions: [
        { name: 'basicConstraints', cA: true, critical: true },
        { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    return new Authority(`${cert.trimEnd()}\n`, key);
  }

  async issue(request: CertificateRequest): Promise<ServerCertificate> {
    const { cert, private: key } = await generate([{ name: 'commonName', value: request.name }], {
      ...validity(request),
      ca: { key: this.#key, cert: this.pem },
      extensions: [
        { name: 'basicConstraints', cA: false, critical: true },
        { name: 'keyUsage', digitalSignature: true, critical: true },
        { name: 'extKeyUsage', serverAuth: true },
        {
          name: 'subjectAltName',
          altNames: [request.name, ...(request.local === true ? ['localhost'] : [])].map((value) => ({
            type: 2 as const,
            value,
          })),
        },
      ],
    });
    return { key, certificate: `${cert.trimEnd()}\n`, ca: this.pem };
  }
}

let trusted: Promise<Authority> | undefined;

/** The authority that pods trust. One for a whole run: making keys takes time, and nothing depends on which it is. */
export const theAuthority = (): Promise<Authority> => (trusted ??= Authority.create('Stand-in CA'));
