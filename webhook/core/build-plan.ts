import { given } from '../../lib/given.ts';
import { writePlan, type Plan, type PlanFile, type PlanSource } from '../../lib/plan.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { InjectionRequest } from './annotations.ts';
import type { Ownership } from './owner.ts';
import { planStore, tokensFor, type TokenProjection } from './plan-store.ts';
import type { ResolvedSecret } from './resolve.ts';
import type { Settings } from './settings.ts';
import type { Identity } from './store-usage.ts';

export interface PlanWithTokens {
  readonly plan: Plan;
  /** The plan as the agent reads it. */
  readonly encoded: string;
  /** Sorted by name. */
  readonly tokens: readonly TokenProjection[];
}

const storeKey = ({ kind, name }: Store): string => `${name} ${kind}`;

/** Once (0) gives way to any interval: what is read together is fresh together. */
const shorterInterval = (a: number, b: number): number =>
  a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b);

const sourceKey = (source: PlanSource): string =>
  JSON.stringify([
    source.store,
    source.key,
    source.version ?? '',
    source.stage ?? '',
    (source.parameters ?? []).map(({ name, value }) => [name, value]),
  ]);

const sourceOf = ({ request, store }: ResolvedSecret, stores: readonly string[]): PlanSource => ({
  store: stores.indexOf(storeKey(store)),
  key: request.ref.key,
  ...given({
    version: request.ref.version,
    stage: request.ref.stage,
    parameters: request.ref.parameters && [...request.ref.parameters],
  }),
  intervalSeconds: request.intervalSeconds,
});

type KeyedSource = readonly [key: string, source: PlanSource];

/** What is read: one source for each store, key, version, stage and set of parameters, at the shortest interval that one of its files asks for. */
const collectSources = (sources: readonly KeyedSource[]): readonly KeyedSource[] => {
  const merged = new Map<string, PlanSource>();
  for (const [key, source] of sources) {
    const seen = merged.get(key);
    const intervalSeconds =
      seen === undefined
        ? source.intervalSeconds
        : shorterInterval(seen.intervalSeconds, source.intervalSeconds);
    merged.set(key, { ...source, intervalSeconds });
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1));
};

const planFile = ({ request }: ResolvedSecret, source: number, owner: Ownership): PlanFile => {
  const { ref, path, kind, mode } = request;
  return {
    source,
    path,
    kind,
    ...given({ property: ref.property, decode: ref.decode }),
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
  const planned = stores.map(([, store]) => planStore(store, known));
  const wanted = resolved.map((secret): KeyedSource => {
    const source = sourceOf(secret, storeKeys);
    return [sourceKey(source), source];
  });
  const sources = collectSources(wanted);
  const places = new Map(sources.map(([key], index) => [key, index]));
  const files = resolved.map((secret, index) => {
    const [key = ''] = wanted[index] ?? [];
    return planFile(secret, places.get(key) ?? -1, known.owner);
  });
  const plan: Plan = {
    version: 1,
    lifecycle: request.lifecycle,
    namespace: known.identity.namespace,
    serviceAccount: known.identity.serviceAccount,
    stores: planned.map(({ store }) => store),
    sources: sources.map(([, source]) => source),
    files: files.sort((a, b) => (a.path < b.path ? -1 : 1)),
    fileGroup: known.owner.fileGroup,
    startTimeoutSeconds: request.startTimeoutSeconds,
    port: request.port ?? known.settings.agentPort,
  };
  return { plan, encoded: writePlan(plan), tokens: tokensFor(planned) };
};
