import type { FunctionGroup } from '../table.ts';

/** ESO's functions for PEM, certificates and keys. */
export const pemGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 16,
  names: ['certSANs', 'filterCertChain', 'filterPEM', 'jwkPrivateKeyPem', 'jwkPublicKeyPem', 'rsaDecrypt'],
};
