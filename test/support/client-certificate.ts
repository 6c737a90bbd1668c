import { generate } from 'selfsigned';

export interface ClientCertificateOptions {
  readonly commonName: string;
  /** When it is made, in milliseconds since the epoch; it is good from a day before that. */
  readonly now: number;
  /** Milliseconds; default: thirty days. */
  readonly life?: number;
  /** What it is said to be for. Default: clients. */
  readonly usage?: 'clientAuth' | 'serverAuth';
  readonly issuer?: { readonly certificate: string; readonly key: string };
}

const day = 24 * 60 * 60_000;

/** A certificate as a client shows it to a server, signed by itself or by an issuer, in PEM. */
export const makeClientCertificate = async ({
  commonName,
  now,
  life = 30 * day,
  usage = 'clientAuth',
  issuer,
}: ClientCertificateOptions): Promise<{ readonly certificate: string; readonly key: string }> => {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + life),
    ...(issuer === undefined ? {} : { ca: { key: issuer.key, cert: issuer.certificate } }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', [usage]: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: `${commonName}.clients` }] },
    ],
  });
  return { certificate: made.cert, key: made.private };
};

/** An authority that signs them. */
export const makeClientAuthority = async (
  now: number,
): Promise<{ readonly certificate: string; readonly key: string }> => {
  const made = await generate([{ name: 'commonName', value: 'clients' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + 365 * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  return { certificate: made.cert, key: made.private };
};
