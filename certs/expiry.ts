import { Gauge, type Registry } from 'prom-client';
import type { CertificateSource, ServedCertificate } from './source.ts';

/** Keeps `keyferry_certificate_expiry_timestamp_seconds` of the certificate that is served. */
export const followExpiry = (certificate: CertificateSource, registry: Registry): void => {
  const expiry = new Gauge({
    name: 'keyferry_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that is served ends, in seconds since the epoch.',
    registers: [registry],
  });
  const tell = ({ notAfter }: ServedCertificate): void => {
    expiry.set(notAfter / 1000);
  };
  tell(certificate.current());
  certificate.onChange(tell);
};
