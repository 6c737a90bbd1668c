import { createPrivateKey, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { KeyType, PkiNames } from './pki-role.ts';

/** A certificate with its key, both PEM; no line end behind them, as Vault gives them. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** The same for a certificate authority and what it issues: the library that signs takes no others. */
  readonly keyType: KeyType;
  /** Seconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const common = ({ keyType, notBefore, notAfter }: CertificateOptions) => ({
  keyType,
  keySize: 2048,
  algorithm: 'sha256',
  notBeforeDate: new Date(notBefore * 1000),
  notAfterDate: new Date(notAfter * 1000),
});

const subject = (name: string): { name: string; value: string }[] =>
  name === '' ? [] : [{ name: 'commonName', value: name }];

/** Makes a certificate authority that signs itself. */
export async function makeAuthority(name: string, options: CertificateOptions): Promise<KeyPair> {
  const made = await generate(subject(name), {
    ...common(options),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { certificate: made.cert.trim(), key: made.private };
}

/** Makes a key, and a certificate for it and for the names. */
export async function issueCertificate(
  authority: KeyPair,
  { commonName, dnsNames, ipAddresses }: PkiNames,
  options: CertificateOptions,
): Promise<KeyPair> {
  const altNames = [
    ...dnsNames.map((value) => ({ type: 2 as const, value })),
    ...ipAddresses.map((ip) => ({ type: 7 as const, ip })),
  ];
  const made = await generate(subject(commonName), {
    ...common(options),
    ca: { key: authority.key, cert: authority.certificate },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, keyAgreement: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      ...(altNames.length === 0 ? [] : [{ name: 'subjectAltName' as const, altNames }]),
    ],
  });
  return { certificate: made.cert.trim(), key: made.private };
}

/** The key as Vault gives it: by its type's own format, unless PKCS #8 is asked for. */
export function keyPem(pem: string, keyType: KeyType, format: string): string {
  const own = keyType === 'rsa' ? 'pkcs1' : 'sec1';
  const type = format === 'pkcs8' ? 'pkcs8' : own;
  return createPrivateKey(pem).export({ type, format: 'pem' }).trim();
}

/** `21:fc:87:…`. */
export const serialNumber = (certificate: string): string =>
  new X509Certificate(certificate).serialNumber.toLowerCase().match(/../g)!.join(':');
