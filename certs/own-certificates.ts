import type { Clock } from '../lib/clock.ts';
import { leastLifetimeMilliseconds } from './core/schedule.ts';
import type { CertificateMaker } from './manager.ts';
import { makeCertificate } from './self-signed.ts';
import type { TrustedCertificate } from './source.ts';

export interface OwnCertificatesOptions {
  readonly clock: Clock;
  /** Of the pod that serves them. */
  readonly podUid: string;
  /** Names that clients call the server by; the first marks certificates as those of our service. */
  readonly dnsNames: readonly [string, ...string[]];
  /** At least 10 minutes. */
  readonly lifetimeMilliseconds: number;
}

/** Certificates that the replica makes itself, each with a key of its own. */
export const ownCertificates = (options: OwnCertificatesOptions): CertificateMaker => {
  const { clock, lifetimeMilliseconds } = options;
  if (lifetimeMilliseconds < leastLifetimeMilliseconds) {
    throw new RangeError(
      `a certificate's life must be at least ${leastLifetimeMilliseconds / 60_000} minutes`,
    );
  }
  const make = (): Promise<TrustedCertificate> => makeCertificate({ ...options, now: clock.now() });
  return { first: make, next: (_latest, due) => (due ? make() : Promise.resolve(undefined)) };
};
