import { createHash } from 'node:crypto';
import { encodePlan, type Plan, type PlanFile, type PlanSource, type PlanStore } from '../../lib/plan.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { VaultStore } from '../../lib/stores/vault.ts';
import type { InjectionRequest } from './annotations.ts';
import type { Ownership } from './owner.ts';
import type { ResolvedSecret } from './resolve.ts';
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

export interface PlanWithTokens {
  readonly plan: Plan;
  /** The plan as the agent reads it. */
  readonly encoded: string;
  /** Sorted by name. */
  readonly tokens: readonly TokenProjection[];
}

const apiServerToken = 'api-server';

/** A file name for an audience: its own text where that will do, else made unique by a hash. */
const tokenName = (audience: string | undefined): string => {
  if (audience === undefined) return apiServerToken;
  if (/^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/.test(audience) && audience !== apiServerToken) return audience;
  return `audience-${createHash('sha256').update(audience).digest('hex').slice(0, 12)}`;
};

const storeKey = ({ kind, name }: Store): string => `${name} ${kind}`;

const planVault = (vault: VaultStore, settings: Settings): PlanStore['provider'] => {
  const { method, mountPath, role, namespace, audience } = vault.auth;
  const { server, path, kvVersion, namespace: vaultNamespace, caBundle, serverName } = vault;
  return {
    type: 'vault',
    server,
    allowHttp: settings.allowHttp,
    path,
    kvVersion,
    ...(vaultNamespace === undefined ? {} : { namespace: vaultNamespace }),
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(serverName === undefined ? {} : { serverName }),
    auth: {
      method,
      mountPath,
      ...(role === undefined ? {} : { role }),
      ...(namespace === undefined ? {} : { namespace }),
      token: tokenName(audience),
    },
  };
};

const planStore = ({ kind, name, provider }: Store, settings: Settings): PlanStore => ({
  name,
  kind,
  provider:
    provider.type === 'vault'
      ? planVault(provider, settings)
      : { type: 'file', path: provider.path, root: settings.fileRoot ?? '' },
});

const tokensFor = (stores: readonly Store[]): readonly TokenProjection[] => {
  const tokens = new Map<string, TokenProjection>();
  for (const { provider } of stores) {
    if (provider.type !== 'vault') continue;
    const { audience, tokenExpirationSeconds } = provider.auth;
    const name = tokenName(audience);
    const expirationSeconds = Math.min(
      tokenExpirationSeconds,
      tokens.get(name)?.expirationSeconds ?? Infinity,
    );
    tokens.set(name, { name, expirationSeconds, ...(audience === undefined ? {} : { audience }) });
  }
  return [...tokens.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
};

/** Once (0) gives way to any interval: what is read together is fresh together. */
const shorterInterval = (a: number, b: number): number =>
  a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);

const sourceKey = (source: PlanSource): string =>
  JSON.stringify([source.store, source.key, source.version ?? '']);

const sourceOf = ({ request, store }: ResolvedSecret, stores: readonly string[]): PlanSource => ({
  store: stores.indexOf(storeKey(store)),
  key: request.ref.key,
  ...(request.ref.version === undefined ? {} : { version: request.ref.version }),
  intervalSeconds: request.intervalSeconds,
});

/** What is read: one source for each store, key and version, at the shortest interval that one of its files asks for. */
const collectSources = (sources: readonly PlanSource[]): readonly PlanSource[] => {
  const merged = new Map<string, PlanSource>();
  for (const source of sources) {
    const seen = merged.get(sourceKey(source));
    const intervalSeconds =
      seen === undefined
        ? source.intervalSeconds
        : shorterInterval(seen.intervalSeconds, source.intervalSeconds);
    merged.set(sourceKey(source), { ...source, intervalSeconds });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
};

const planFile = ({ request }: ResolvedSecret, source: number, owner: Ownership): PlanFile => {
  const { ref, path, kind, mode } = request;
  return {
    source,
    path,
    kind,
    ...(ref.property === undefined ? {} : { property: ref.property }),
    ...(ref.decode === undefined ? {} : { decode: ref.decode }),
    optional: ref.optional,
    mode: mode?.value ?? owner.mode,
  };
};

/** Puts together the plan of one pod. The same pod, stores and settings give the same plan to the byte. */
export const buildPlan = (
  request: InjectionRequest,
  resolved: readonly ResolvedSecret[],
  known: { readonly identity: Identity; readonly owner: Ownership; readonly settings: Settings },
): PlanWithTokens => {
  const stores = [...new Map(resolved.map(({ store }) => [storeKey(store), store])).entries()].sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const storeKeys = stores.map(([key]) => key);
  const wanted = resolved.map((secret) => sourceOf(secret, storeKeys));
  const sources = collectSources(wanted);
  const sourceKeys = sources.map(sourceKey);
  const files = resolved.map((secret, index) => {
    const source = wanted[index];
    return planFile(secret, source === undefined ? -1 : sourceKeys.indexOf(sourceKey(source)), known.owner);
  });
  const plan: Plan = {
    version: 1,
    lifecycle: request.lifecycle,
    namespace: known.identity.namespace,
    serviceAccount: known.identity.serviceAccount,
    stores: stores.map(([, store]) => planStore(store, known.settings)),
    sources: [...sources],
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    fileGroup: known.owner.fileGroup,
    startTimeoutSeconds: request.startTimeoutSeconds,
    port: request.port ?? known.settings.agentPort,
  };
  return { plan, encoded: encodePlan(plan), tokens: tokensFor(stores.map(([, store]) => store)) };
};
