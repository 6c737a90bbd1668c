import { matchesGlob } from '../../lib/glob.ts';
import type { AwsStore } from '../../lib/stores/aws.ts';
import type { ServiceAccountName } from '../../lib/stores/service-account.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { VaultStore } from '../../lib/stores/vault.ts';
import { quoted, sentenceList, withoutTrailingSlashes } from '../../lib/text.ts';
import { awsLogin, roleAnnotation } from './aws-login.ts';
import type { DenyCode } from './codes.ts';
import type { Settings } from './settings.ts';

/** Who the pod is. */
export interface Identity {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Of the ServiceAccount; undefined where it is not known. */
  readonly annotations?: Readonly<Record<string, string>>;
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

/** The addresses that a store names, with the fields that name them. AWS's own endpoints follow from the region and are not named. */
const namedServers = ({ provider }: Store): readonly (readonly [string, string])[] => {
  if (provider.type === 'vault') return [['vault.server', provider.server]];
  if (provider.type === 'file') return [];
  const { secretsManagerEndpoint, stsEndpoint } = provider;
  return [
    ['aws.endpoints.secretsManager', secretsManagerEndpoint] as const,
    ['aws.endpoints.sts', stsEndpoint] as const,
  ].flatMap(([field, server]) => (server === undefined ? [] : [[field, server] as const]));
};

const serverIssues = (store: Store, settings: Settings): Usage['issues'] => {
  const allowed = store.kind === 'SecretStore' ? settings.allowedServers : undefined;
  return namedServers(store).flatMap(([field, server]) => {
    const subject = `spec.provider.${field} is ${quoted(server)}`;
    const messages: string[] = [];
    if (server.startsWith('http:') && !settings.allowHttp)
      messages.push(`${subject}; only https is allowed here`);
    if (allowed !== undefined && !allowed.some((glob) => isAllowed(server, glob))) {
      const list = allowed.length === 0 ? 'none' : sentenceList(allowed, 'or');
      messages.push(`${subject}; this install lets SecretStores name ${list}`);
    }
    return messages.map((message) => ({ code: 'server_not_allowed' as const, message }));
  });
};

const roleOf = ({ role }: VaultStore['auth']): string =>
  role === undefined ? "the auth method's default role" : `the Vault role ${quoted(role)}`;

/** `bind` says how the pod's own ServiceAccount gets what the other one has. */
const serviceAccountIssues = (
  wanted: ServiceAccountName | undefined,
  identity: Identity,
  bind: (account: string) => string,
): Usage['issues'] => {
  if (wanted === undefined) return [];
  const namespace = wanted.namespace ?? identity.namespace;
  if (wanted.name === identity.serviceAccount && namespace === identity.namespace) return [];
  const theirs = `${namespace}/${wanted.name}`;
  const ours = quoted(`${identity.namespace}/${identity.serviceAccount}`);
  const way =
    namespace === identity.namespace
      ? `run the pod as it (spec.serviceAccountName: ${wanted.name}), or `
      : '';
  const message =
    `it logs in as ServiceAccount ${quoted(theirs)}, but the pod runs as ${ours}: ` +
    `${way}${bind(ours)} and drop serviceAccountRef ` +
    '(logging in for another ServiceAccount takes the broker, which is not supported yet)';
  return [{ code: 'service_account_mismatch', message }];
};

const audienceWarnings = ({ auth }: VaultStore): readonly string[] =>
  auth.method === 'kubernetes' && auth.audience === undefined
    ? [
        `it logs in with a token for the API server's own audience, which the API server would accept too; set audience="vault" on ${roleOf(auth)} and serviceAccountRef.audiences: [vault]`,
      ]
    : [];

const vaultUsage = (vault: VaultStore, identity: Identity): Usage => ({
  issues: serviceAccountIssues(
    vault.auth.serviceAccount,
    identity,
    (account) => `bind ${roleOf(vault.auth)} to ${account}`,
  ),
  warnings: audienceWarnings(vault),
});

const awsUsage = (store: Store, aws: AwsStore, identity: Identity): Usage => {
  const mismatch = serviceAccountIssues(aws.serviceAccount, identity, (account) =>
    aws.roles.role === undefined
      ? `have its role's trust policy admit ${account}, annotate that with ${roleAnnotation}`
      : `have the trust policy of ${aws.roles.role} admit ${account}`,
  );
  return mismatch.length > 0 ? { issues: mismatch, warnings: [] } : awsLogin(store, aws, identity);
};

const fileUsage = (settings: Settings): Usage => {
  if (settings.fileRoot !== undefined) return { issues: [], warnings: [] };
  const message =
    'the file provider is off in this install; it is for demos, tests and local work (--file-root)';
  return { issues: [{ code: 'provider_off', message }], warnings: [] };
};

const providerUsage = (store: Store, identity: Identity, settings: Settings): Usage => {
  const { provider } = store;
  if (provider.type === 'vault') return vaultUsage(provider, identity);
  return provider.type === 'aws' ? awsUsage(store, provider, identity) : fileUsage(settings);
};

/** Whether this pod, in this install, may use a store; messages are read after the store's name. */
export const usageIssues = (store: Store, identity: Identity, settings: Settings): Usage => {
  const { issues, warnings } = providerUsage(store, identity, settings);
  return { issues: [...serverIssues(store, settings), ...issues], warnings };
};
