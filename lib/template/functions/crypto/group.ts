import type { FunctionGroup } from '../table.ts';

/** sprig's functions for passwords, keys and encryption. */
export const cryptoGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  byteCost: 16,
  names: ['bcrypt', 'decryptAES', 'derivePassword', 'encryptAES', 'genPrivateKey', 'htpasswd'],
  unstable: ['bcrypt', 'encryptAES', 'genPrivateKey', 'htpasswd'],
};
