import { X509Certificate } from 'node:crypto';

const block = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** So many replicas no install has, several times over. */
const mostCertificates = 256;

const parse = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
};

/**
 * The certificates of all these texts that can be trusted now, each once, as PEM. What is no certificate, or is expired, is left out: a
 * bundle that many write may have a bad one, and that must not lock out the rest.
 *
 * @param now milliseconds since the epoch
 */
export const usableCertificates = (texts: readonly string[], now: number): readonly string[] => {
  const usable = new Map<string, string>();
  for (const pem of texts.flatMap((text) => text.match(block) ?? [])) {
    const certificate = parse(pem);
    if (certificate === undefined || certificate.validToDate.getTime() <= now) continue;
    usable.set(certificate.fingerprint256, certificate.toString());
    if (usable.size === mostCertificates) break;
  }
  return [...usable.values()];
};
