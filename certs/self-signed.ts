import { randomUUID, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import { Redacted } from '../lib/redacted.ts';
import type { TrustedCertificate } from './source.ts';

export interface SelfSignedOptions {
  /** Names that clients call the server by; the first marks the certificate as one of this service's. */
  readonly dnsNames: readonly string[];
  /** Of the pod that serves it; other replicas drop the certificate when that pod is gone. */
  readonly podUid: string;
  readonly lifetimeMilliseconds: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A certificate made here, with its key, which never leaves the process. */
export type OwnCertificate = TrustedCertificate;

/** Clients whose clock is behind ours by less than this take the certificate all the same. */
const backdatedMilliseconds = 5 * 60_000;

const dnsName = 2;
const uri = 6;

/**
 * Makes a P-256 key and a self-signed leaf: no certificate authority, for TLS servers only, with the pod's uid as URI name. A client that
 * has the certificate among its roots trusts this server and nothing else.
 *
 * The subject is different each time: OpenSSL looks roots up by subject and would find only the first of several of the same
 * name (Go's verifier, and so the API server, does not mind). There is no key usage extension, since a signed self-signed leaf
 * would have to claim `keyCertSign` for some verifiers.
 */
export const makeCertificate = async ({
  dnsNames,
  podUid,
  lifetimeMilliseconds,
  now,
}: SelfSignedOptions): Promise<OwnCertificate> => {
  const pair = await generate([{ name: 'commonName', value: `keyferry ${randomUUID()}` }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - backdatedMilliseconds),
    notAfterDate: new Date(now + lifetimeMilliseconds),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...dnsNames.map((value) => ({ type: dnsName, value }) as const),
          { type: uri, value: `urn:uuid:${podUid}` },
        ],
      },
    ],
  });
  const certificate = new X509Certificate(pair.cert);
  return {
    keyPem: new Redacted(pair.private),
    certificatePem: certificate.toString(),
    trustPem: certificate.toString(),
    fingerprint: certificate.fingerprint256,
    issuedAt: now,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
  };
};
