import { X509Certificate } from 'node:crypto';

/** A block as the API server's parser takes it: its lines have nothing before or after them. */
const block = /(?<=^|\n)-----BEGIN CERTIFICATE-----\r?\n[^-]*-----END CERTIFICATE-----[ \t]*(?=\r?\n|$)/g;

const isCertificate = (pem: string): boolean => {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
};

/**
 * The certificates of a `caBundle` (base64 of PEM) that the API server can read. A block whose end shares its line with the next one's
 * begin is lost, and the next one with it.
 */
export const certificatesIn = (caBundle: unknown): string[] => {
  if (typeof caBundle !== 'string') return [];
  const text = Buffer.from(caBundle, 'base64').toString();
  return (text.match(block) ?? []).filter(isCertificate);
};
