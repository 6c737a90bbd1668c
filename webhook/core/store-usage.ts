import { matchesGlob } from '../../lib/glob.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { VaultStore } from '../../lib/stores/vault.ts';
import { quoted, sentenceList, withoutTrailingSlashes } from '../../lib/text.ts';
import type { DenyCode } from './codes.ts';
import type { Settings } from './settings.ts';

/** Who the pod is. */
export interface Identity {
  readonly namespace: string;
  readonly serviceAccount: string;
}

interface Usage {
  readonly issues: readonly { readonly code: DenyCode; readonly message: string }[];
  readonly warnings: readonly string[];
}

/** A `*` stays within one part of the URL, so that no path can pass for a host. */
const isAllowed = (server: string, glob: string): boolean => {
  const parts = server.split('/');
  const globs = withoutTrailingSlashes(glob).split('/');
  return parts.length === globs.length && parts.every((part, index) => matchesGlob(globs[index] ?? '', part));
};

const serverIssues = ({ kind }: Store, { server }: VaultStore, settings: Settings): Usage['issues'] => {
  const issues: { code: DenyCode; message: string }[] = [];
  if (server.startsWith('http:') && !settings.allowHttp) {
    issues.push({
      code: 'server_not_allowed',
      message: `spec.provider.vault.server is ${quoted(server)}; only https is allowed here`,
    });
  }
  const allowed = kind === 'SecretStore' ? settings.allowedServers : undefined;
  if (allowed !== undefined && !allowed.some((glob) => isAllowed(server, glob))) {
    const list = allowed.length === 0 ? 'none' : sentenceList(allowed, 'or');
    const message = `spec.provider.vault.server is ${quoted(server)}; this install lets SecretStores name ${list}`;
    issues.push({ code: 'server_not_allowed', message });
  }
  return issues;
};

const roleOf = ({ role }: VaultStore['auth']): string =>
  role === undefined ? "the auth method's default role" : `the Vault role ${quoted(role)}`;

const serviceAccountIssues = ({ auth }: VaultStore, identity: Identity): Usage['issues'] => {
  const wanted = auth.serviceAccount;
  if (wanted === undefined) return [];
  const namespace = wanted.namespace ?? identity.namespace;
  if (wanted.name === identity.serviceAccount && namespace === identity.namespace) return [];
  const theirs = `${namespace}/${wanted.name}`;
  const ours = `${identity.namespace}/${identity.serviceAccount}`;
  const way =
    namespace === identity.namespace
      ? `run the pod as it (spec.serviceAccountName: ${wanted.name}), or `
      : '';
  const message =
    `it logs in as ServiceAccount ${quoted(theirs)}, but the pod runs as ${quoted(ours)}: ` +
    `${way}bind ${roleOf(auth)} to ${quoted(ours)} and drop serviceAccountRef ` +
    '(logging in for another ServiceAccount takes the broker, which is not supported yet)';
  return [{ code: 'service_account_mismatch', message }];
};

const audienceWarnings = ({ auth }: VaultStore): readonly string[] =>
  auth.method === 'kubernetes' && auth.audience === undefined
    ? [
        `it logs in with a token for the API server's own audience, which the API server would accept too; set audience="vault" on ${roleOf(auth)} and serviceAccountRef.audiences: [vault]`,
      ]
    : [];

/** Whether this pod, in this install, may use a store; messages are read after the store's name. */
export const usageIssues = (store: Store, identity: Identity, settings: Settings): Usage => {
  const { provider } = store;
  if (provider.type === 'vault') {
    const issues = [...serverIssues(store, provider, settings), ...serviceAccountIssues(provider, identity)];
    return { issues, warnings: audienceWarnings(provider) };
  }
  if (settings.fileRoot !== undefined) return { issues: [], warnings: [] };
  const message =
    'the file provider is off in this install; it is for demos, tests and local work (--file-root)';
  return { issues: [{ code: 'provider_off', message }], warnings: [] };
};
