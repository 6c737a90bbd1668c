import { brokerAudience } from '../../lib/broker/names.ts';
import { routeOf, type Route, type RouteProblem } from '../../lib/broker/route.ts';
import { awsLogin } from '../../lib/connections/aws-login.ts';
import type { Identity } from '../../lib/connections/identity.ts';
import { takesToken } from '../../lib/connections/vault.ts';
import { serverProblems } from '../../lib/stores/named-servers.ts';
import type { AwsStore } from '../../lib/stores/aws.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { VaultStore } from '../../lib/stores/vault.ts';
import type { VaultAuth } from '../../lib/stores/vault-auth.ts';
import { quoted } from '../../lib/text.ts';
import type { DenyCode } from './codes.ts';
import type { Settings } from './settings.ts';

interface Usage {
  readonly issues: readonly { readonly code: DenyCode; readonly message: string }[];
  readonly warnings: readonly string[];
}

const serverIssues = (store: Store, settings: Settings): Usage['issues'] =>
  serverProblems(store, settings).map((message) => ({ code: 'server_not_allowed' as const, message }));

const roleOf = ({ role }: VaultAuth): string =>
  role === undefined ? "the auth method's default role" : `the Vault role ${quoted(role)}`;

const audienceWarnings = (auth: VaultAuth): readonly string[] =>
  auth.method === 'kubernetes' && auth.audience === undefined
    ? [
        `it logs in with a token for the API server's own audience, which the API server would accept too; set audience="vault" on ${roleOf(auth)} and serviceAccountRef.audiences: [vault]`,
      ]
    : [];

/** Whoever had a pod's token for the broker could ask the broker for what the pod may have. */
const audienceIssues = (audience: string | undefined): Usage['issues'] =>
  audience === brokerAudience
    ? [
        {
          code: 'invalid_store',
          message: `it logs in with a token for the audience ${quoted(brokerAudience)}, which is that of Keyferry's broker; choose another`,
        },
      ]
    : [];

const vaultUsage = ({ auth }: VaultStore): Usage =>
  takesToken(auth)
    ? { issues: audienceIssues(auth.audience), warnings: audienceWarnings(auth) }
    : { issues: [], warnings: [] };

const fileUsage = (settings: Settings): Usage => {
  if (settings.fileRoot !== undefined) return { issues: [], warnings: [] };
  const message =
    'the file provider is off in this install; it is for demos, tests and local work (--file-root)';
  return { issues: [{ code: 'provider_off', message }], warnings: [] };
};

/** How AWS sees the pod matters where the pod logs in there itself. */
const awsUsage = (store: Store, aws: AwsStore, identity: Identity, route: Route): Usage => {
  if (route.by !== 'agent') return { issues: audienceIssues(aws.audience), warnings: [] };
  const { login, issues, warnings } = awsLogin(store, aws, identity);
  return { issues: [...issues, ...audienceIssues(login.audience)], warnings };
};

const providerUsage = (store: Store, identity: Identity, settings: Settings, route: Route): Usage => {
  const { provider } = store;
  switch (provider.type) {
    case 'vault':
      return vaultUsage(provider);
    case 'aws':
      return awsUsage(store, provider, identity, route);
    case 'file':
      return fileUsage(settings);
    case 'bitwardensecretsmanager':
      return { issues: [], warnings: [] };
  }
};

/** What this install says of a store for a pod; messages are read after the store's name. */
export interface StoreUsage extends Usage {
  /** Why nobody can read it for the pod: of this install's broker, and of whom the store logs in as. */
  readonly routeProblems: readonly RouteProblem[];
}

/** Whether this pod, in this install, may use a store. */
export const usageOf = (store: Store, identity: Identity, settings: Settings): StoreUsage => {
  const route = routeOf(store, identity, settings.broker?.install);
  const { issues, warnings } = providerUsage(store, identity, settings, route);
  return {
    issues: [...serverIssues(store, settings), ...issues],
    routeProblems: route.by === 'nobody' ? route.problems : [],
    warnings: route.by === 'nobody' ? [] : warnings,
  };
};
