import type { Server } from 'node:https';
import type { FastifyInstance } from 'fastify';
import type { CertificateSource } from './source.ts';

/** What a TLS server is set up with. TLS 1.2 and later: API servers and agents speak 1.3, and some who look from outside do not. */
export const tlsOptions = (
  certificate: CertificateSource,
): { key: string; cert: string; minVersion: 'TLSv1.2' } => {
  const { keyPem, certificatePem } = certificate.current();
  return { key: keyPem.reveal(), cert: certificatePem, minVersion: 'TLSv1.2' };
};

/** Serves whatever certificate the source has, a new one from the next connection on. */
export const followCertificate = (app: FastifyInstance<Server>, certificate: CertificateSource): void => {
  const ignoreChanges = certificate.onChange(() => {
    app.server.setSecureContext(tlsOptions(certificate));
  });
  app.addHook('onClose', (_instance, done) => {
    ignoreChanges();
    done();
  });
};
