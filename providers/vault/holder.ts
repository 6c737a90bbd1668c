import { quoted } from '../../lib/text.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';

const roleName = (role: string | undefined): string =>
  role === undefined ? 'the default role' : `role ${quoted(role)}`;

/** Whose policies decide what may be read, as sentences about a refusal name it. */
export const holderOf = (auth: VaultConnection['auth']): string => {
  switch (auth.method) {
    case 'kubernetes':
    case 'jwt':
      return roleName(auth.role);
    case 'cert':
      return auth.role === undefined ? 'the certificate role' : `certificate role ${quoted(auth.role)}`;
    case 'appRole':
      return 'the AppRole';
    case 'token':
      return 'the token';
  }
};
