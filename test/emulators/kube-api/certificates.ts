import { generate } from 'selfsigned';

export interface ServerCertificate {
  /** The authority that clients are to trust, PEM. */
  readonly caPem: string;
  /** The server's own certificate and key, PEM. */
  readonly cert: string;
  readonly key: string;
}

const day = 24 * 60 * 60 * 1000;

/** Makes an authority and a certificate for the names by which API servers are reached, good for ten days. */
export const makeServerCertificate = async (): Promise<ServerCertificate> => {
  const notBeforeDate = new Date(Date.now() - day);
  const life = { notBeforeDate, notAfterDate: new Date(notBeforeDate.getTime() + 10 * day) };
  const common = { ...life, keyType: 'ec' as const, algorithm: 'sha256' };
  const authority = await generate([{ name: 'commonName', value: 'kube-api stand-in' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 2, value: 'kubernetes.default.svc' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { caPem: authority.cert, cert: server.cert, key: server.private };
};
