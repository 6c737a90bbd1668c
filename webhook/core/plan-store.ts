import { createHash } from 'node:crypto';
import { given } from '../../lib/given.ts';
import type { PlanStore } from '../../lib/plan.ts';
import type { AwsStore } from '../../lib/stores/aws.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { VaultStore } from '../../lib/stores/vault.ts';
import { awsLogin } from './aws-login.ts';
import type { Settings } from './settings.ts';
import type { Identity } from './store-usage.ts';

/** A ServiceAccount token that the kubelet projects for the agent. */
export interface TokenProjection {
  /** File name below the tokens folder. */
  readonly name: string;
  /** Undefined: the API server's own audience. */
  readonly audience?: string;
  readonly expirationSeconds: number;
}

/** A store as the plan has it, and the token that the agent logs in there with. */
export interface PlannedStore {
  readonly store: PlanStore;
  readonly token?: TokenProjection;
}

interface Known {
  readonly identity: Identity;
  readonly settings: Settings;
}

type Planned<T extends PlanStore['provider']['type']> = {
  readonly provider: Extract<PlanStore['provider'], { type: T }>;
  readonly token: TokenProjection;
};

const apiServerToken = 'api-server';

/** A file name for an audience: its own text where that will do, else made unique by a hash. */
const tokenName = (audience: string | undefined): string => {
  if (audience === undefined) return apiServerToken;
  if (/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(audience) && audience !== apiServerToken) return audience;
  return `audience-${createHash('sha256').update(audience).digest('hex').slice(0, 12)}`;
};

const tokenFor = (audience: string | undefined, expirationSeconds: number): TokenProjection => ({
  name: tokenName(audience),
  expirationSeconds,
  ...given({ audience }),
});

const planVault = (vault: VaultStore, { settings }: Known): Planned<'vault'> => {
  const { method, mountPath, role, namespace, audience, tokenExpirationSeconds } = vault.auth;
  const { server, path, kvVersion, namespace: vaultNamespace, caBundle, serverName } = vault;
  const token = tokenFor(audience, tokenExpirationSeconds);
  return {
    provider: {
      type: 'vault',
      server,
      allowHttp: settings.allowHttp,
      path,
      kvVersion,
      ...given({ namespace: vaultNamespace, caBundle, serverName }),
      auth: { method, mountPath, ...given({ role, namespace }), token: token.name },
    },
    token,
  };
};

/** As long as EKS's own webhook has it; STS takes the token at each log-in, once an hour. */
const awsTokenSeconds = 3600;

const planAws = (store: Store, aws: AwsStore, { identity, settings }: Known): Planned<'aws'> => {
  const { region, secretsManagerEndpoint, stsEndpoint, caBundle, prefix } = aws;
  const { audience, podIdentity, roles, sessionName } = awsLogin(store, aws, identity).login;
  const token = tokenFor(audience, awsTokenSeconds);
  return {
    provider: {
      type: 'aws',
      region,
      allowHttp: settings.allowHttp,
      ...given({ secretsManagerEndpoint, stsEndpoint, caBundle }),
      prefix,
      auth: { token: token.name, podIdentity, roles: [...roles], sessionName },
    },
    token,
  };
};

const planProvider = (
  store: Store,
  known: Known,
): { readonly provider: PlanStore['provider']; readonly token?: TokenProjection } => {
  const { provider } = store;
  if (provider.type === 'vault') return planVault(provider, known);
  if (provider.type === 'aws') return planAws(store, provider, known);
  return { provider: { type: 'file', path: provider.path, root: known.settings.fileRoot ?? '' } };
};

export const planStore = (store: Store, known: Known): PlannedStore => {
  const { provider, ...token } = planProvider(store, known);
  return { store: { name: store.name, kind: store.kind, provider }, ...token };
};

/** The tokens of several stores, sorted by name: one for each audience, as short-lived as the strictest store has it. */
export const tokensFor = (planned: readonly PlannedStore[]): readonly TokenProjection[] => {
  const tokens = new Map<string, TokenProjection>();
  for (const { token } of planned) {
    if (token === undefined) continue;
    const seen = tokens.get(token.name)?.expirationSeconds ?? Infinity;
    tokens.set(token.name, { ...token, expirationSeconds: Math.min(token.expirationSeconds, seen) });
  }
  return [...tokens.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};
