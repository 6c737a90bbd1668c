import type { Redacted } from '../lib/redacted.ts';
import type { Leaf } from './core/schedule.ts';

/** A certificate that a TLS server can be set up with. */
export interface ServedCertificate {
  readonly keyPem: Redacted<string>;
  /** The leaf, followed by the rest of its chain where there is one. */
  readonly certificatePem: string;
  /** End of its life, in milliseconds since the epoch. */
  readonly notAfter: number;
}

/** One that callers are told to trust. */
export interface TrustedCertificate extends ServedCertificate, Leaf {
  /** What they are to trust, PEM: a self-signed leaf itself, else the authorities that vouch for it. */
  readonly trustPem: string;
}

/** Where a TLS server gets its certificate from, and hears of new ones (`server.setSecureContext`). */
export interface CertificateSource {
  current(): ServedCertificate;
  /** Whether callers trust the current certificate already. Once true it stays so. */
  readonly ready: boolean;
  /** Calls `listener` when another certificate has to be served; returns a function that ends this. Listeners must not throw. */
  onChange(listener: (certificate: ServedCertificate) => void): () => void;
  stop(): Promise<void>;
}
