import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isJsonObject } from '../../lib/json.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { CredentialRef } from '../../lib/stores/credential.ts';
import type { VaultStaticAuth } from '../../lib/stores/vault-auth.ts';
import { quoted } from '../../lib/text.ts';
import type { ClientCertificate } from '../http/transport.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import type { ProviderContext } from '../provider.ts';
import { withCurrentToken } from '../current-token.ts';
import { notVaults, numberOf, readVerdict } from './answer.ts';
import type { Call, Judge } from './calls.ts';
import { judgeLogin, loginPlace } from './login-answer.ts';
import { loginNamespace, loginPath, type LoginRequests } from './login.ts';
import { ownTokenRequests } from './own-token.ts';
import { tokenOf, type TokenLease, type VaultToken } from './token.ts';

/** A Vault that is logged in to with a credential that the broker keeps. */
export interface KeptVault extends VaultConnection {
  readonly auth: VaultStaticAuth;
}

interface KeptLoginOptions {
  readonly store: KeptVault;
  readonly call: Call;
  /** The same over connections that show a client certificate, which end with `use`. */
  readonly asClient: <T>(
    certificate: ClientCertificate,
    use: (call: Call) => Promise<Result<T, ProviderError>>,
  ) => Promise<Result<T, ProviderError>>;
  readonly context: Pick<ProviderContext, 'clock' | 'readCredential'>;
}

type Auth<M extends VaultStaticAuth['method']> = Extract<VaultStaticAuth, { readonly method: M }>;
type Login = () => Promise<Result<TokenLease, ProviderError>>;

const shown = ({ name, key }: CredentialRef): string => quoted(`${name}/${key}`);

/** Reads credentials as they are now, for this store's server alone. */
const reader =
  ({ store, context }: KeptLoginOptions) =>
  async (ref: CredentialRef): Promise<Result<Redacted<string>, ProviderError>> => {
    if (context.readCredential === undefined)
      return err(providerError('invalid', 'credentials are kept by the broker alone'));
    const read = await context.readCredential(ref, [store.server]);
    if (!read.ok) return read;
    const text = read.value.reveal().trim();
    return text === ''
      ? err(providerError('unauthenticated', `the credential ${shown(ref)} is empty`))
      : ok(new Redacted(text));
  };

const refusedBy = (method: string, place: string, advice: string) => (status: number) =>
  `Vault refused the login at ${place} (HTTP ${status}): check that this is the mount path of ${method} auth method, and ${advice}`;

const appRoleLogin = (auth: Auth<'appRole'>, options: KeptLoginOptions): Login => {
  const { store, call } = options;
  const read = reader(options);
  const namespace = loginNamespace(store);
  const place = loginPlace(auth.mountPath, namespace);
  const advice = `that the role id is right and the secret id in the credential ${shown(auth.secretId)} has not expired or used up its uses`;
  return async () => {
    const path = loginPath(auth.mountPath);
    if (!path.ok) return path;
    const roleId = typeof auth.roleId === 'string' ? ok(new Redacted(auth.roleId)) : await read(auth.roleId);
    if (!roleId.ok) return roleId;
    const judge = judgeLogin(place, refusedBy('an approle', place, advice));
    return withCurrentToken(
      () => read(auth.secretId),
      (secretId) => {
        const body = { role_id: roleId.value.reveal(), secret_id: secretId.reveal() };
        return call('login', { method: 'write', path: path.value, namespace, body }, judge);
      },
    );
  };
};

/** What Vault says of a token that looks itself up: https://developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self */
const judgeOwnLookup =
  (secret: Redacted<string>, ref: CredentialRef): Judge<TokenLease> =>
  (answer, context) => {
    const verdict = readVerdict(answer, context);
    if (!verdict.ok) return verdict;
    const { status, body } = verdict.value;
    if (status !== 200)
      return err(
        providerError(
          'unauthenticated',
          `Vault does not know the token in the credential ${shown(ref)}, or its policies do not let it look itself up (HTTP ${status}): put a living token there that has the policy default`,
        ),
      );
    const data = isJsonObject(body['data']) ? body['data'] : {};
    const seconds = numberOf(data['ttl']);
    if (seconds === undefined) return err(notVaults(context, 'a token without a ttl'));
    const uses = numberOf(data['num_uses']) ?? 0;
    // Vault counts the look-up itself, and shows the last second of a life as 0 seconds, as it does a life without end.
    if (uses < 0 || (seconds === 0 && typeof data['expire_time'] === 'string'))
      return err(
        providerError(
          'unauthenticated',
          `the token in the credential ${shown(ref)} has just ended; put another one there`,
        ),
      );
    const renewable = data['renewable'] === true;
    return ok({ secret, life: seconds * 1000, renewable, uses: uses > 0 ? uses : null });
  };

const tokenLogin = (auth: Auth<'token'>, options: KeptLoginOptions): Login => {
  const { store, call } = options;
  const read = reader(options);
  const namespace = loginNamespace(store);
  const path = 'auth/token/lookup-self';
  return () =>
    withCurrentToken(
      () => read(auth.token),
      (token) => call('login', { method: 'read', path, namespace, token }, judgeOwnLookup(token, auth.token)),
    );
};

/** What OpenSSL or Vault would refuse is told as what it is, and without a word of it: Vault calls an expired certificate a failure of its own. */
const pairProblem = ({ certificate, key }: ClientCertificate, now: number): string | undefined => {
  try {
    const leaf = new X509Certificate(certificate.reveal());
    if (!leaf.checkPrivateKey(createPrivateKey(key.reveal()))) return 'do not belong together';
    const end = leaf.validToDate;
    return end.getTime() > now ? undefined : `have expired: the certificate ended ${end.toISOString()}`;
  } catch {
    return 'are not a PEM certificate and its unencrypted PEM key';
  }
};

const readPair = async (
  auth: Auth<'cert'>,
  options: KeptLoginOptions,
): Promise<Result<ClientCertificate, ProviderError>> => {
  const read = reader(options);
  const certificate = await read(auth.certificate);
  if (!certificate.ok) return certificate;
  const key = await read(auth.key);
  if (!key.ok) return key;
  const pair = { certificate: certificate.value, key: key.value };
  const problem = pairProblem(pair, options.context.clock.now());
  return problem === undefined
    ? ok(pair)
    : err(
        providerError(
          'unauthenticated',
          `the credentials ${shown(auth.certificate)} and ${shown(auth.key)} ${problem}`,
        ),
      );
};

/** Vault takes a renewal too only from who shows the certificate of the login, unless the method is told otherwise. */
const certificateLogin = (
  auth: Auth<'cert'>,
  options: KeptLoginOptions,
): { readonly logIn: Login; readonly renew: LoginRequests['renew'] } => {
  const { store, asClient } = options;
  const namespace = loginNamespace(store);
  const place = loginPlace(auth.mountPath, namespace);
  const advice = `that ${auth.role === undefined ? 'a certificate role' : `the certificate role ${quoted(auth.role)}`} admits the certificate in the credential ${shown(auth.certificate)}`;
  const body = auth.role === undefined ? {} : { name: auth.role };
  return {
    logIn: async () => {
      const path = loginPath(auth.mountPath);
      if (!path.ok) return path;
      const pair = await readPair(auth, options);
      if (!pair.ok) return pair;
      const request = { method: 'write', path: path.value, namespace, body } as const;
      const judge = judgeLogin(place, refusedBy('a cert', place, advice));
      return asClient(pair.value, (call) => call('login', request, judge));
    },
    renew: async (token) => {
      const pair = await readPair(auth, options);
      return pair.ok ? asClient(pair.value, (call) => ownTokenRequests(call, namespace).renew(token)) : pair;
    },
  };
};

const logIns = (
  options: KeptLoginOptions,
): { readonly logIn: Login; readonly renew?: LoginRequests['renew'] } => {
  const { auth } = options.store;
  switch (auth.method) {
    case 'appRole':
      return { logIn: appRoleLogin(auth, options) };
    case 'token':
      return { logIn: tokenLogin(auth, options) };
    case 'cert':
      return certificateLogin(auth, options);
  }
};

/**
 * Requests of `auth.appRole`, `auth.tokenSecretRef` and `auth.cert`. Credentials are read at each login, so that a new one is used from then
 * on; https://developer.hashicorp.com/vault/api-docs/auth/approle and .../auth/cert.
 */
export const keptLoginRequests = (options: KeptLoginOptions): LoginRequests => {
  const { store, call, context } = options;
  const { logIn, ...own } = logIns(options);
  return {
    ...ownTokenRequests(call, loginNamespace(store)),
    ...own,
    logIn: async (): Promise<Result<VaultToken, ProviderError>> => {
      const lease = await logIn();
      return lease.ok ? ok(tokenOf(lease.value, context.clock.now())) : lease;
    },
  };
};
