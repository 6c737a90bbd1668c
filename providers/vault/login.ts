import type { VaultStorePlan } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { clockHint } from '../clock-hint.ts';
import { readPodToken, tokenName, withCurrentToken } from '../current-token.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import type { ProviderContext } from '../provider.ts';
import type { Call, Judge } from './calls.ts';
import { holderOf } from './holder.ts';
import { judgeLogin, loginPlace } from './login-answer.ts';
import { pathSegments } from '../../lib/vault-path.ts';
import { ownTokenRequests, type OwnTokenRequests } from './own-token.ts';
import { encodePath } from './path.ts';
import { tokenOf, type TokenLease, type VaultToken } from './token.ts';

/** How a store's token is got and kept. */
export interface LoginRequests extends OwnTokenRequests {
  /** Logs in with the credential as it is now; once more where it was replaced meanwhile. */
  logIn(): Promise<Result<VaultToken, ProviderError>>;
}

/** A Vault that is logged in to with a token of a ServiceAccount. */
export interface PodVault extends VaultConnection {
  readonly auth: VaultStorePlan['auth'];
}

interface LoginOptions {
  readonly store: PodVault;
  readonly call: Call;
  readonly context: Pick<ProviderContext, 'clock' | 'readToken' | 'tokenOwner'>;
}

/** Who logs in: the pod, or whom the broker has a token of. */
interface Applicant {
  readonly account: string;
  readonly token: string;
}

const applicantOf = (owner: string | undefined): Applicant =>
  owner === undefined
    ? { account: "this pod's ServiceAccount and namespace", token: "this pod's token" }
    : { account: owner, token: tokenName(owner) };

/** The role's fields that decide who may log in, by auth method. */
const checks: Readonly<Record<VaultStorePlan['auth']['method'], (applicant: Applicant) => string>> = {
  kubernetes: ({ account }) =>
    `admits ${account} (bound_service_account_names, bound_service_account_namespaces) and its token's audience (audience)`,
  jwt: ({ token }) => `admits ${token} (bound_audiences, bound_subject, bound_claims)`,
};

/** Where a login is made: auth methods may be in another namespace than secrets. */
export const loginNamespace = ({
  namespace,
  auth,
}: Pick<VaultConnection, 'namespace' | 'auth'>): string | undefined => auth.namespace ?? namespace;

/** The path of a method's login, or why there can be none. */
export const loginPath = (mountPath: string): Result<string, ProviderError> => {
  const path = encodePath(['auth', ...pathSegments(mountPath), 'login']);
  return path === undefined
    ? err(providerError('invalid', `the mount path ${quoted(mountPath)} cannot be part of a URL`))
    : ok(path);
};

const refusalJudge = (
  store: PodVault,
  jwt: Redacted<string>,
  owner: string | undefined,
): Judge<TokenLease> => {
  const { method, mountPath } = store.auth;
  const place = loginPlace(mountPath, loginNamespace(store));
  const applicant = applicantOf(owner);
  return judgeLogin(place, (status, date, { now }) => {
    const hint = clockHint(jwt.reveal(), { name: 'Vault', date }, now, tokenName(owner));
    const advice = `check that this is the mount path of a ${method} auth method, that the role exists, and that it ${checks[method](applicant)}`;
    return `Vault refused the login at ${place} as ${holderOf(store.auth)} (HTTP ${status}): ${hint === undefined ? '' : `${hint}; if that is not it, `}${advice}`;
  });
};

/** Requests of `auth.kubernetes` and `auth.jwt`: they differ by mount alone. */
export const loginRequests = ({ store, call, context }: LoginOptions): LoginRequests => {
  const { auth } = store;
  const namespace = loginNamespace(store);
  const logInWith = async (jwt: Redacted<string>): Promise<Result<TokenLease, ProviderError>> => {
    const path = loginPath(auth.mountPath);
    if (!path.ok) return path;
    const body = { ...(auth.role === undefined ? {} : { role: auth.role }), jwt: jwt.reveal().trim() };
    return call(
      'login',
      { method: 'write', path: path.value, namespace, body },
      refusalJudge(store, jwt, context.tokenOwner),
    );
  };
  return {
    ...ownTokenRequests(call, namespace),
    logIn: async () => {
      const lease = await withCurrentToken(() => readPodToken(context, auth.token), logInWith);
      return lease.ok ? ok(tokenOf(lease.value, context.clock.now())) : lease;
    },
  };
};
