import type { Fields } from './fields.ts';
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
  readonly serviceAccount?: { readonly name: string; readonly namespace?: string };
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

/** The address as a URL parser spells it: what is compared with the install's lists is then what the agent will call. */
const readServer = (fields: Fields): string => {
  const text = fields.string('server');
  if (text === '') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    fields.reject('server', `is ${quoted(text)}; give a URL like https://vault.example:8200`);
    return '';
  }
  if (url.username !== '' || url.password !== '') {
    fields.reject('server', 'has a user name or password in it; credentials do not belong in a URL');
  } else if (url.search !== '' || url.hash !== '') {
    fields.reject('server', 'has a query or a fragment; give the base URL alone');
  }
  return withoutTrailingSlashes(`${url.origin}${url.pathname}`);
};

const readCaBundle = (fields: Fields): { caBundle?: string } => {
  const encoded = fields.optionalString('caBundle');
  if (encoded === undefined) return {};
  const pem = Buffer.from(encoded, 'base64').toString('utf8');
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    fields.reject('caBundle', 'must be the base64 of one or more PEM certificates');
    return {};
  }
  return { caBundle: pem.endsWith('\n') ? pem : `${pem}\n` };
};

interface Reference {
  /** `{serviceAccount}` where one is named, to be spread into the auth. */
  readonly serviceAccount: Pick<VaultAuth, 'serviceAccount'>;
  readonly audiences: readonly string[];
}

const readServiceAccount = (fields: Fields | undefined): Reference => {
  if (fields === undefined) return { serviceAccount: {}, audiences: [] };
  const name = fields.optionalString('name');
  const namespace = fields.optionalString('namespace');
  const audiences = fields.strings('audiences');
  fields.close();
  if (name === undefined) {
    if (namespace !== undefined) fields.reject('namespace', 'stands without a name');
    return { serviceAccount: {}, audiences };
  }
  const named = { name, ...(namespace === undefined ? {} : { namespace }) };
  return { serviceAccount: { serviceAccount: named }, audiences };
};

const oneAudience = (
  fields: Fields,
  audiences: readonly string[],
  fallback: string | undefined,
): { audience?: string } => {
  const distinct = [...new Set(audiences)];
  if (distinct.length > 1)
    fields.reject(
      'audiences',
      `names ${distinct.length} audiences; a projected token carries one, so keep the one that the Vault role expects`,
    );
  const audience = distinct[0] ?? fallback;
  return audience === undefined ? {} : { audience };
};

const readKubernetes = (fields: Fields): VaultAuth => {
  const mountPath = readPath(fields, 'mountPath', 'kubernetes');
  const role = fields.string('role');
  fields.refuse(needsBroker, 'secretRef');
  const { serviceAccount, audiences } = readServiceAccount(fields.optionalObject('serviceAccountRef'));
  const audience = oneAudience(fields, audiences, undefined);
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
      ...oneAudience(short ?? fields, audiences, 'vault'),
      tokenExpirationSeconds: defaultTokenExpirationSeconds,
    };
  }
  if (short !== undefined)
    fields.reject('serviceAccountRef', 'stands beside kubernetesServiceAccountToken; keep one of them');
  const { serviceAccount, audiences } = readServiceAccount(long.optionalObject('serviceAccountRef'));
  const audience = oneAudience(long, [...long.strings('audiences'), ...audiences], 'vault');
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
  const server = readServer(fields);
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
