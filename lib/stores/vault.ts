import type { Fields } from './fields.ts';
import { readCaBundle, readServer } from './server.ts';
import { oneAudience, readServiceAccount, type ServiceAccountName } from './service-account.ts';
import { quoted, withoutTrailingSlashes } from '../text.ts';

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
  readonly auth: VaultAuth;
}

export interface VaultAuth {
  readonly method: 'kubernetes' | 'jwt';
  readonly mountPath: string;
  /** Undefined: the auth method's own default role, which `jwt` may have. */
  readonly role?: string;
  readonly namespace?: string;
  readonly serviceAccount?: ServiceAccountName;
  /** Audience of the token that logs in; undefined: the API server's own. */
  readonly audience?: string;
  readonly tokenExpirationSeconds: number;
}

const needsBroker =
  "needs the broker, which is not supported yet; use auth.kubernetes or auth.jwt with the pod's ServiceAccount";
const defaultTokenExpirationSeconds = 600;

const trimSlashes = (path: string): string => withoutTrailingSlashes(path).replace(/^\/+/, '');

const readPath = (fields: Fields, name: string, fallback: string): string => {
  const path = trimSlashes(fields.optionalString(name) ?? fallback);
  if (path === '' && fallback !== '') fields.reject(name, 'is nothing but slashes');
  if (path.split('/').some((segment) => segment === '.' || segment === '..') || path.includes('//')) {
    fields.reject(name, `is ${quoted(path)}; it may not have empty, "." or ".." segments`);
  }
  return path;
};

const theirRole = 'the Vault role';
const jwtAudience = { fallback: 'vault', expects: theirRole };

const readKubernetes = (fields: Fields): VaultAuth => {
  const mountPath = readPath(fields, 'mountPath', 'kubernetes');
  const role = fields.string('role');
  fields.refuse(needsBroker, 'secretRef');
  const { serviceAccount, audiences } = readServiceAccount(fields.optionalObject('serviceAccountRef'));
  const audience = oneAudience(fields, audiences, { expects: theirRole });
  fields.close();
  const tokenExpirationSeconds = defaultTokenExpirationSeconds;
  return { method: 'kubernetes', mountPath, role, ...serviceAccount, ...audience, tokenExpirationSeconds };
};

/** `serviceAccountRef` right below `jwt` is no field of external-secrets, but written so in the wild; it says the same. */
const readJwtToken = (
  fields: Fields,
): Pick<VaultAuth, 'serviceAccount' | 'audience' | 'tokenExpirationSeconds'> => {
  const long = fields.optionalObject('kubernetesServiceAccountToken');
  const short = fields.optionalObject('serviceAccountRef');
  if (long === undefined) {
    const { serviceAccount, audiences } = readServiceAccount(short);
    return {
      ...serviceAccount,
      ...oneAudience(short ?? fields, audiences, jwtAudience),
      tokenExpirationSeconds: defaultTokenExpirationSeconds,
    };
  }
  if (short !== undefined)
    fields.reject('serviceAccountRef', 'stands beside kubernetesServiceAccountToken; keep one of them');
  const { serviceAccount, audiences } = readServiceAccount(long.optionalObject('serviceAccountRef'));
  const audience = oneAudience(long, [...long.strings('audiences'), ...audiences], jwtAudience);
  const expiration = long.integer('expirationSeconds', { minimum: 600, maximum: 86_400 });
  long.close();
  return {
    ...serviceAccount,
    ...audience,
    tokenExpirationSeconds: expiration ?? defaultTokenExpirationSeconds,
  };
};

const readJwt = (fields: Fields): VaultAuth => {
  const mountPath = readPath(fields, 'path', 'jwt');
  const role = fields.optionalString('role');
  fields.refuse(needsBroker, 'secretRef');
  const token = readJwtToken(fields);
  fields.close();
  return { method: 'jwt', mountPath, ...(role === undefined ? {} : { role }), ...token };
};

const staticMethods = ['tokenSecretRef', 'appRole', 'cert', 'ldap', 'userPass'];
const otherMethods = ['iam', 'gcp'];

const readAuth = (fields: Fields): VaultAuth | undefined => {
  const namespace = fields.optionalString('namespace');
  const kubernetes = fields.optionalObject('kubernetes');
  const jwt = fields.optionalObject('jwt');
  fields.refuse(needsBroker, ...staticMethods);
  fields.refuse('is not supported; use auth.kubernetes or auth.jwt', ...otherMethods);
  if (kubernetes !== undefined && jwt !== undefined)
    fields.reject('jwt', 'stands beside kubernetes; a store logs in one way');
  const refused = [...staticMethods, ...otherMethods].some((name) => fields.has(name));
  if (kubernetes === undefined && jwt === undefined && !refused)
    fields.reject('kubernetes', 'is missing; give auth.kubernetes or auth.jwt');
  fields.close();
  const read = kubernetes === undefined ? jwt && readJwt(jwt) : readKubernetes(kubernetes);
  return read && { ...read, ...(namespace === undefined ? {} : { namespace }) };
};

const readTls = (fields: Fields | undefined): { serverName?: string } => {
  if (fields === undefined) return {};
  const serverName = fields.optionalString('serverName');
  if (fields.raw('insecureSkipVerify') === true) {
    fields.reject('insecureSkipVerify', 'is never honoured; put the certificate authority into caBundle');
  }
  fields.refuse(needsBroker, 'certSecretRef', 'keySecretRef', 'clientCert', 'clientKey');
  fields.refuse(
    'reads a Secret, which Keyferry never does; put the certificate authority into caBundle',
    'caCert',
  );
  fields.close();
  return serverName === undefined ? {} : { serverName };
};

/** Reads `spec.provider.vault`; undefined where no login is described (the problems say so). */
export const readVault = (fields: Fields): VaultStore | undefined => {
  const server = readServer(fields, 'server', { required: true, example: 'https://vault.example:8200' });
  const path = readPath(fields, 'path', '');
  const kvVersion = fields.oneOf('version', ['v1', 'v2'], 'v2');
  const namespace = fields.optionalString('namespace');
  const caBundle = readCaBundle(fields);
  const tls = readTls(fields.optionalObject('tls'));
  fields.refuse(
    "reads a Secret or ConfigMap, which Keyferry does not; put the PEM's base64 into caBundle",
    'caProvider',
  );
  fields.refuse('is not supported yet', 'headers', 'checkAndSet');
  fields.ignore('has no effect: Keyferry only reads', 'readYourWrites', 'forwardInconsistent');
  const auth = readAuth(fields.object('auth'));
  fields.close();
  if (auth === undefined) return undefined;
  return {
    type: 'vault',
    server,
    path,
    kvVersion,
    ...caBundle,
    ...tls,
    auth,
    ...(namespace === undefined ? {} : { namespace }),
  };
};
