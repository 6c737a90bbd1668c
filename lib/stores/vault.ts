import type { Fields } from './fields.ts';
import { given } from '../given.ts';
import { checkCaProvider, readCaBundle, readServer } from './server.ts';
import { readVaultAuth, type VaultAuth, type VaultStaticAuth } from './vault-auth.ts';
import { readPath } from './vault-path.ts';
import { readVaultTls } from './vault-tls.ts';

/** `spec.provider.vault`, checked. */
export interface VaultStore {
  readonly type: 'vault';
  /** Base URL without a trailing slash; its scheme is checked against the install's settings at admission. */
  readonly server: string;
  readonly path: string;
  readonly kvVersion: 'v1' | 'v2';
  readonly namespace?: string;
  /** PEM. */
  readonly caBundle?: string;
  readonly serverName?: string;
  readonly auth: VaultAuth | VaultStaticAuth;
}

/** Reads `spec.provider.vault`; undefined where it describes no login that a pod could make (the findings say so). */
export const readVault = (fields: Fields): VaultStore | undefined => {
  const server = readServer(fields, 'server', { required: true, example: 'https://vault.example:8200' });
  const path = readPath(fields, 'path', '');
  const kvVersion = fields.oneOf('version', ['v1', 'v2'], 'v2');
  const namespace = fields.optionalString('namespace');
  const caBundle = readCaBundle(fields);
  const hasBundle = fields.has('caBundle');
  const tls = readVaultTls(fields.optionalObject('tls'), { hasBundle });
  checkCaProvider(fields);
  fields.stringMap('headers');
  fields.postpone('is not supported yet', 'headers');
  fields.ignore('has no effect: Keyferry only reads', 'readYourWrites', 'forwardInconsistent', 'checkAndSet');
  const auth = readVaultAuth(fields.object('auth'));
  fields.close();
  if (auth === undefined) return undefined;
  return { type: 'vault', server, path, kvVersion, ...caBundle, ...tls, auth, ...given({ namespace }) };
};
