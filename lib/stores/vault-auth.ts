import type { Fields } from './fields.ts';
import { readPath } from './vault-path.ts';
import { oneAudience, readServiceAccount, type ServiceAccountName } from './service-account.ts';
import { given } from '../given.ts';
import { credential } from './shape.ts';
import { checkOtherMethods } from './vault-methods.ts';

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

const needsBroker =
  "needs the broker, which is not supported yet; use auth.kubernetes or auth.jwt with the pod's ServiceAccount";

const theirRole = 'the Vault role';
const jwtAudience = { fallback: 'vault', expects: theirRole };

/** A token that is kept in a Secret. */
const postponeKeptToken = (fields: Fields): void => {
  credential(fields, 'secretRef');
  fields.postpone(needsBroker, 'secretRef');
};

const readKubernetes = (fields: Fields): VaultAuth => {
  const mountPath = readPath(fields, 'mountPath', 'kubernetes');
  const role = fields.string('role');
  postponeKeptToken(fields);
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
  postponeKeptToken(fields);
  const long = fields.optionalObject('kubernetesServiceAccountToken');
  if (long !== undefined && fields.has('serviceAccountRef'))
    fields.reject('serviceAccountRef', 'stands beside kubernetesServiceAccountToken; keep one of them');
  const token = long === undefined ? readShortToken(fields) : readLongToken(long);
  fields.close();
  return { method: 'jwt', mountPath, ...given({ role }), ...token };
};

/** Reads `auth`; undefined where it describes no login that a pod could make, which the findings say then. */
export const readVaultAuth = (fields: Fields): VaultAuth | undefined => {
  const namespace = fields.optionalString('namespace');
  const kubernetes = fields.optionalObject('kubernetes');
  const jwt = fields.optionalObject('jwt');
  const hasOther = checkOtherMethods(fields, needsBroker);
  if (kubernetes !== undefined && jwt !== undefined)
    fields.reject('jwt', 'stands beside kubernetes; a store logs in one way');
  if (kubernetes === undefined && jwt === undefined && !hasOther)
    fields.reject('kubernetes', 'is missing; give auth.kubernetes or auth.jwt');
  fields.close();
  const read = kubernetes === undefined ? jwt && readJwt(jwt) : readKubernetes(kubernetes);
  return read && { ...read, ...given({ namespace }) };
};
