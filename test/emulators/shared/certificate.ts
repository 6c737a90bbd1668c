import { isIP } from 'node:net';
import { generate } from 'selfsigned';
import { systemClock } from '../../../lib/clock.ts';

/** What a TLS server needs, and what its clients trust. */
export interface ServerCertificate {
  readonly key: string;
  readonly certificate: string;
  readonly ca: string;
}

export interface CertificateOptions {
  /** The names in the certificate that is made; `localhost` and `127.0.0.1` by default. */
  readonly dnsNames?: readonly string[] | undefined;
  /** A certificate to use and not make one. */
  readonly certificate?: ServerCertificate | undefined;
}

const day = 24 * 60 * 60 * 1000;

const common = (now: number) => ({
  keyType: 'ec' as const,
  algorithm: 'sha256',
  notBeforeDate: new Date(now - day),
  notAfterDate: new Date(now + 365 * day),
});

/**
 * Makes a certificate authority and a certificate of it for the given DNS names and IP addresses, valid for a year. `now` is
 * the time that clients see, which is the machine's own, in milliseconds since the epoch.
 */
export async function makeServerCertificate(
  names: readonly string[],
  now: number,
): Promise<ServerCertificate> {
  const authority = await generate([{ name: 'commonName', value: 'Stand-in CA' }], {
    ...common(now),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    ...common(now),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
        ),
      },
    ],
  });
  const line = (pem: string): string => `${pem.trimEnd()}\n`;
  return { key: server.private, certificate: line(server.cert), ca: line(authority.cert) };
}

export const defaultNames: readonly string[] = ['localhost', '127.0.0.1'];

/** The certificate of a server. It is for real clients, so it follows the machine's clock whatever the server's own says. */
export const certificateFor = async ({
  dnsNames = defaultNames,
  certificate,
}: CertificateOptions): Promise<ServerCertificate> =>
  certificate ?? makeServerCertificate(dnsNames, systemClock.now());
