import type { Fields } from './fields.ts';
import { readPath } from './vault-path.ts';
import { oneAudience, readServiceAccount, type ServiceAccountName } from './service-account.ts';
import { given } from '../given.ts';
import { credential } from './shape.ts';
import { checkOtherMethods } from './vault-methods.ts';
import {
  readAppRoleAuth,
  readCertificateAuth,
  readTokenAuth,
  type VaultStaticAuth,
} from './vault-static-auth.ts';

export type { VaultStaticAuth } from './vault-static-auth.ts';

/** How a pod logs in to Vault. */
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

const defaultTokenExpirationSeconds = 600;

const theirRole = 'the Vault role';
const jwtAudience = { fallback: 'vault', expects: theirRole };

/** A token that is kept in a Secret lives for years, wherever it is copied to: what tokens of ServiceAccounts are made of today ends by itself. */
const refuseKeptToken = (fields: Fields): void => {
  credential(fields, 'secretRef');
  fields.postpone(
    "is not supported: no token of a ServiceAccount is kept anywhere; leave it out for the pod's own, or name a ServiceAccount in serviceAccountRef",
    'secretRef',
  );
};

const readKubernetes = (fields: Fields): VaultAuth => {
  const mountPath = readPath(fields, 'mountPath', 'kubernetes');
  const role = fields.string('role');
  refuseKeptToken(fields);
  const { serviceAccount, audiences } = readServiceAccount(fields.optionalObject('serviceAccountRef'));
  const audience = oneAudience(fields, audiences, { expects: theirRole });
  fields.close();
  const tokenExpirationSeconds = defaultTokenExpirationSeconds;
  return { method: 'kubernetes', mountPath, role, ...serviceAccount, ...audience, tokenExpirationSeconds };
};

type Token = Pick<VaultAuth, 'serviceAccount' | 'audience' | 'tokenExpirationSeconds'>;

/** `serviceAccountRef` right below `jwt` is no field of external-secrets, but written so in the wild; it says the same. */
const readShortToken = (fields: Fields): Token => {
  const short = fields.optionalObject('serviceAccountRef');
  const { serviceAccount, audiences } = readServiceAccount(short);
  if (short !== undefined)
    fields.warn(
      'serviceAccountRef',
      'is an older spelling of kubernetesServiceAccountToken.serviceAccountRef',
    );
  return {
    ...serviceAccount,
    ...oneAudience(short ?? fields, audiences, jwtAudience),
    tokenExpirationSeconds: defaultTokenExpirationSeconds,
  };
};

const readLongToken = (fields: Fields): Token => {
  const { serviceAccount, audiences } = readServiceAccount(fields.optionalObject('serviceAccountRef'));
  const audience = oneAudience(fields, [...fields.strings('audiences'), ...audiences], jwtAudience);
  const expiration = fields.integer('expirationSeconds', { minimum: 600, maximum: 86_400 });
  fields.close();
  const tokenExpirationSeconds = expiration ?? defaultTokenExpirationSeconds;
  return { ...serviceAccount, ...audience, tokenExpirationSeconds };
};

const readJwt = (fields: Fields): VaultAuth => {
  const mountPath = readPath(fields, 'path', 'jwt');
  const role = fields.optionalString('role');
  refuseKeptToken(fields);
  const long = fields.optionalObject('kubernetesServiceAccountToken');
  if (long !== undefined && fields.has('serviceAccountRef'))
    fields.reject('serviceAccountRef', 'stands beside kubernetesServiceAccountToken; keep one of them');
  const token = long === undefined ? readShortToken(fields) : readLongToken(long);
  fields.close();
  return { method: 'jwt', mountPath, ...given({ role }), ...token };
};

/** All are read, so that all problems are told. */
const readMethods = (
  fields: Fields,
): readonly (readonly [string, VaultAuth | VaultStaticAuth | undefined])[] => {
  const kubernetes = fields.optionalObject('kubernetes');
  const jwt = fields.optionalObject('jwt');
  return [
    ['kubernetes', kubernetes && readKubernetes(kubernetes)],
    ['jwt', jwt && readJwt(jwt)],
    ['appRole', readAppRoleAuth(fields)],
    ['tokenSecretRef', readTokenAuth(fields)],
    ['cert', readCertificateAuth(fields)],
  ];
};

/** Reads `auth`; undefined where it describes no login that a pod or the broker could make, which the findings say then. */
export const readVaultAuth = (fields: Fields): VaultAuth | VaultStaticAuth | undefined => {
  const namespace = fields.optionalString('namespace');
  const [first, ...more] = readMethods(fields).filter(([name]) => fields.has(name));
  const hasOther = checkOtherMethods(fields);
  for (const [name] of more)
    fields.reject(name, `stands beside ${first?.[0] ?? ''}; a store logs in one way`);
  if (first === undefined && !hasOther)
    fields.reject('kubernetes', 'is missing; give auth.kubernetes or auth.jwt');
  fields.close();
  const read = first?.[1];
  return read && { ...read, ...given({ namespace }) };
};
