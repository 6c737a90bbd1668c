import type { FunctionGroup } from '../table.ts';

/** sprig's functions that issue certificates. */
export const certificatesGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 16,
  names: [
    'buildCustomCert',
    'genCA',
    'genCAWithKey',
    'genSelfSignedCert',
    'genSelfSignedCertWithKey',
    'genSignedCert',
    'genSignedCertWithKey',
  ],
  unstable: [
    'genCA',
    'genCAWithKey',
    'genSelfSignedCert',
    'genSelfSignedCertWithKey',
    'genSignedCert',
    'genSignedCertWithKey',
  ],
};
