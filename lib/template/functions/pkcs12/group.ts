import type { FunctionGroup } from '../table.ts';

/** ESO's functions for key stores in PKCS#12. */
export const pkcs12Group: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 16,
  names: [
    'fullPemToPkcs12',
    'fullPemToPkcs12Pass',
    'pemToPkcs12',
    'pemToPkcs12Pass',
    'pemTruststoreToPKCS12',
    'pemTruststoreToPKCS12Pass',
    'pkcs12cert',
    'pkcs12certPass',
    'pkcs12key',
    'pkcs12keyPass',
  ],
  unstable: [
    'fullPemToPkcs12',
    'fullPemToPkcs12Pass',
    'pemToPkcs12',
    'pemToPkcs12Pass',
    'pemTruststoreToPKCS12',
    'pemTruststoreToPKCS12Pass',
  ],
};
