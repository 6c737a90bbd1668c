import { writePlan, type Plan, type PlanFile } from '../../lib/plan.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { InjectionRequest } from './annotations.ts';
import type { Ownership } from './owner.ts';
import { draftExternalSecret, draftSecret, draftTemplate, type FileDraft } from './plan-files.ts';
import { SourceCollector, storeKey, type WantedSource } from './plan-sources.ts';
import type { TokenProjection } from '../../lib/connections/token.ts';
import { brokerToken, planStore, tokensFor, type PlannedStore } from './plan-store.ts';
import type { Resolved } from './resolve.ts';
import type { Settings } from './settings.ts';
import type { Identity } from '../../lib/connections/identity.ts';

export interface PlanWithTokens {
  readonly plan: Plan;
  /** The plan as the agent reads it. */
  readonly encoded: string;
  /** Sorted by name. */
  readonly tokens: readonly TokenProjection[];
  /** Sorted by name. */
  readonly configMaps: readonly ConfigMapProjection[];
}

/** Keys of a ConfigMap that templates are in; the kubelet projects them, so that nobody of ours has to be allowed to read them. */
export interface ConfigMapProjection {
  readonly name: string;
  /** Sorted. */
  readonly keys: readonly string[];
}

const configMapsOf = (files: readonly PlanFile[]): readonly ConfigMapProjection[] => {
  const keys = new Map<string, Set<string>>();
  for (const file of files) {
    if (file.kind !== 'external-secret') continue;
    for (const { from } of file.templates ?? []) {
      if (from.kind !== 'config-map') continue;
      keys.set(from.name, (keys.get(from.name) ?? new Set()).add(from.key));
    }
  }
  return [...keys].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, of]) => ({ name, keys: [...of].sort() }));
};

const draftAll = (request: InjectionRequest, resolved: Resolved, ownMode: string): readonly FileDraft[] => [
  ...resolved.secrets.map((secret) => draftSecret(secret, ownMode)),
  ...resolved.templates.map((template) => draftTemplate(template, ownMode)),
  ...resolved.externalSecrets.map((externalSecret) =>
    draftExternalSecret(externalSecret, { mode: request.mode, ownMode }),
  ),
];

/** The stores of all that is wanted, each once, by their keys. */
const storesOf = (drafts: readonly FileDraft[]): readonly (readonly [string, Store])[] => {
  const stores = drafts.flatMap(({ wants }) => wants.map(({ store }) => [storeKey(store), store] as const));
  return [...new Map(stores)].sort(([a], [b]) => (a < b ? -1 : 1));
};

/** What a plan depends on besides the pod. */
export interface KnownToPlan {
  readonly identity: Identity;
  readonly owner: Ownership;
  readonly settings: Settings;
  /** The broker's certificates; undefined where they are not known, or there is no broker. */
  readonly trust?: string | undefined;
}

const brokerOf = (
  planned: readonly PlannedStore[],
  { settings: { broker }, trust = '' }: KnownToPlan,
): Pick<Plan, 'broker'> => {
  const isNeeded = planned.some(({ store }) => store.provider.type === 'broker');
  return isNeeded && broker !== undefined
    ? { broker: { server: broker.server, token: brokerToken.name, trust } }
    : {};
};

/** Puts together the plan of one pod. The same pod, stores and settings give the same plan to the byte. */
export const buildPlan = (
  request: InjectionRequest,
  resolved: Resolved,
  known: KnownToPlan,
): PlanWithTokens => {
  const drafts = draftAll(request, resolved, known.owner.mode);
  const stores = storesOf(drafts);
  const planned = stores.map(([, store]) => planStore(store, known));
  const collector = new SourceCollector(stores.map(([key]) => key));
  const keys = new Map<WantedSource, string>();
  for (const { wants } of drafts) for (const wanted of wants) keys.set(wanted, collector.add(wanted));
  const { sources, indexes } = collector.collect();
  const indexOf = (wanted: WantedSource): number => indexes.get(keys.get(wanted) ?? '') ?? -1;
  const files = drafts.map(({ write }) => write(indexOf));
  const plan: Plan = {
    version: 1,
    lifecycle: request.lifecycle,
    namespace: known.identity.namespace,
    serviceAccount: known.identity.serviceAccount,
    stores: planned.map(({ store }) => store),
    sources,
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    fileGroup: known.owner.fileGroup,
    startTimeoutSeconds: request.startTimeoutSeconds,
    port: request.port ?? known.settings.agentPort,
    ...brokerOf(planned, known),
  };
  return { plan, encoded: writePlan(plan), tokens: tokensFor(planned), configMaps: configMapsOf(files) };
};
