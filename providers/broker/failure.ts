import { trustConfigMap } from '../../lib/broker/names.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { exchangeFailure, type Peer } from '../http/failure.ts';

/** What a handshake fails with where the certificate is not one of those that are known. */
const unknownCertificate: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_HAS_EXPIRED',
]);

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';

/** Whether other certificates could make the handshake succeed. */
export const isUntrusted = (error: unknown): boolean => unknownCertificate.has(codeOf(error));

export const noCertificate = ({ server }: Peer): ProviderError =>
  providerError(
    'unavailable',
    `no certificate of ${server} is known yet: the ConfigMap ${trustConfigMap} of this namespace is missing or has none that is valid`,
  );

/** What went wrong below HTTP; nothing of the thrown error's text is taken over. */
export const brokerFailure = (error: unknown, peer: Peer): ProviderError =>
  isUntrusted(error)
    ? providerError(
        'unavailable',
        `${peer.server} has a certificate that is not among those of the ConfigMap ${trustConfigMap}; one that is new is there within two minutes`,
      )
    : exchangeFailure(error, peer);
