import { isJsonObject } from '../../lib/json.ts';
import type { VaultStorePlan } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { clockHint } from '../clock-hint.ts';
import { readPodToken, withCurrentToken } from '../current-token.ts';
import type { HttpAnswer } from '../http/exchange.ts';
import type { ProviderContext } from '../provider.ts';
import { notVaults, readVerdict, type AnswerContext, type Verdict } from './answer.ts';
import type { Call } from './calls.ts';
import { pathSegments } from './mount-table.ts';
import { encodePath } from './path.ts';
import { readTokenLease, tokenOf, type TokenLease, type VaultToken } from './token.ts';

/** How a store's token is got and kept; each is one request. */
export interface LoginRequests {
  /** Logs in with the pod's token as it is on disk now; once more where the kubelet replaced it meanwhile. */
  logIn(): Promise<Result<VaultToken, ProviderError>>;
  renew(token: VaultToken): Promise<Result<TokenLease, ProviderError>>;
  /** Whether Vault still knows the token. One whose policies do not let it ask counts as unknown. */
  isKnown(token: VaultToken): Promise<Result<boolean, ProviderError>>;
  /** Ends the token and every lease that hangs on it. */
  revoke(token: VaultToken, signal: AbortSignal): Promise<Result<undefined, ProviderError>>;
}

interface LoginOptions {
  readonly store: VaultStorePlan;
  readonly call: Call;
  readonly context: Pick<ProviderContext, 'clock' | 'readToken'>;
}

/** The role's fields that decide who may log in, by auth method. */
const checks: Readonly<Record<VaultStorePlan['auth']['method'], string>> = {
  kubernetes:
    "admits this pod's ServiceAccount and namespace (bound_service_account_names, bound_service_account_namespaces) and its token's audience (audience)",
  jwt: "admits this pod's token (bound_audiences, bound_subject, bound_claims)",
};

const loginNamespace = ({ namespace, auth }: VaultStorePlan): string | undefined =>
  auth.namespace ?? namespace;

const place = (store: VaultStorePlan): string => {
  const namespace = loginNamespace(store);
  return `auth/${store.auth.mountPath}${namespace === undefined ? '' : ` of namespace ${quoted(namespace)}`}`;
};

const refusal = (store: VaultStorePlan, status: number, hint: string | undefined): ProviderError => {
  const { role, method } = store.auth;
  const advice = `check that this is the mount path of a ${method} auth method, that the role exists, and that it ${checks[method]}`;
  return providerError(
    'unauthenticated',
    `Vault refused the login at ${place(store)} as ${role === undefined ? 'the default role' : `role ${quoted(role)}`} (HTTP ${status}): ${hint === undefined ? '' : `${hint}; if that is not it, `}${advice}`,
  );
};

const noAuthMethod = (store: VaultStorePlan): ProviderError =>
  providerError('invalid', `Vault has no auth method at ${place(store)} (HTTP 404)`);

const refusedStatuses = new Set([400, 401, 403]);

const readLogin = (
  { status, body }: Verdict,
  store: VaultStorePlan,
  context: AnswerContext,
): Result<TokenLease, ProviderError> => {
  if (status === 404) return err(noAuthMethod(store));
  if (status !== 200) return err(notVaults(context, `HTTP ${status} was not expected of a login`));
  const { auth } = body;
  if (isJsonObject(auth) && isJsonObject(auth['mfa_requirement']))
    return err(
      providerError(
        'invalid',
        `the login at ${place(store)} asks for a second factor, which a pod does not have`,
      ),
    );
  const lease = readTokenLease(body);
  return lease === undefined ? err(notVaults(context, 'a login without a token')) : ok(lease);
};

const judgeLogin =
  (store: VaultStorePlan, jwt: Redacted<string>) =>
  (answer: HttpAnswer, context: AnswerContext): Result<TokenLease, ProviderError> => {
    const verdict = readVerdict(answer, context);
    if (!verdict.ok) return verdict;
    const { status } = verdict.value;
    if (!refusedStatuses.has(status)) return readLogin(verdict.value, store, context);
    return err(
      refusal(
        store,
        status,
        clockHint(jwt.reveal(), { name: 'Vault', date: answer.headers.date }, context.now),
      ),
    );
  };

const judgeRenewal = (answer: HttpAnswer, context: AnswerContext): Result<TokenLease, ProviderError> => {
  const verdict = readVerdict(answer, context);
  if (!verdict.ok) return verdict;
  const { status, body } = verdict.value;
  if (status !== 200)
    return err(providerError('denied', `Vault refused to renew the token (HTTP ${status})`));
  const lease = readTokenLease(body);
  return lease === undefined ? err(notVaults(context, 'a renewal without a token')) : ok(lease);
};

const judgeLookup = (answer: HttpAnswer, context: AnswerContext): Result<boolean, ProviderError> => {
  const verdict = readVerdict(answer, context);
  return verdict.ok ? ok(verdict.value.status === 200) : verdict;
};

/** Vault answers a revocation with 204 and no body. */
const judgeRevocation = (answer: HttpAnswer, context: AnswerContext): Result<undefined, ProviderError> => {
  if (answer.status === 204) return ok(undefined);
  const verdict = readVerdict(answer, context);
  return verdict.ok
    ? err(providerError('denied', `Vault refused to revoke the token (HTTP ${verdict.value.status})`))
    : verdict;
};

/**
 * Requests of `auth.kubernetes` and `auth.jwt` (they differ by mount alone), and what a token does with itself below
 * `auth/token/`, which Vault's default policy allows.
 */
export const loginRequests = ({ store, call, context }: LoginOptions): LoginRequests => {
  const { auth } = store;
  const namespace = loginNamespace(store);
  const path = encodePath(['auth', ...pathSegments(auth.mountPath), 'login']);

  const logInWith = async (jwt: Redacted<string>): Promise<Result<TokenLease, ProviderError>> => {
    if (path === undefined)
      return err(
        providerError('invalid', `the mount path ${quoted(auth.mountPath)} cannot be part of a URL`),
      );
    const body = { ...(auth.role === undefined ? {} : { role: auth.role }), jwt: jwt.reveal().trim() };
    return call('login', { method: 'write', path, namespace, body }, judgeLogin(store, jwt));
  };

  return {
    logIn: async () => {
      const lease = await withCurrentToken(() => readPodToken(context, auth.token), logInWith);
      return lease.ok ? ok(tokenOf(lease.value, context.clock.now())) : lease;
    },
    renew: ({ secret: token }) =>
      call(
        'renew',
        { method: 'write', path: 'auth/token/renew-self', namespace, token, body: {} },
        judgeRenewal,
      ),
    isKnown: ({ secret: token }) =>
      call('lookup', { method: 'read', path: 'auth/token/lookup-self', namespace, token }, judgeLookup),
    revoke: ({ secret: token }, signal) =>
      call(
        'revoke',
        { method: 'write', path: 'auth/token/revoke-self', namespace, token, body: {}, signal },
        judgeRevocation,
      ),
  };
};
