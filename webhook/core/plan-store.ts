import { brokerAudience, brokerTokenSeconds } from '../../lib/broker/names.ts';
import { routeOf } from '../../lib/broker/route.ts';
import { podConnectionOf } from '../../lib/connections/connection-of.ts';
import type { Identity } from '../../lib/connections/identity.ts';
import { tokenFor, type TokenProjection } from '../../lib/connections/token.ts';
import type { BrokerStorePlan, PlanStore } from '../../lib/plan.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { Settings } from './settings.ts';

/** A store as the plan has it, and the token that the agent logs in there with. */
export interface PlannedStore {
  readonly store: PlanStore;
  readonly token?: TokenProjection;
}

interface Known {
  readonly identity: Identity;
  readonly settings: Settings;
}

/** What the agent proves the pod to the broker with. */
export const brokerToken: TokenProjection = tokenFor(brokerAudience, brokerTokenSeconds);

const throughBroker = ({ kind, name }: Store, provider: BrokerStorePlan['provider']): PlannedStore => ({
  store: { name, kind, provider: { type: 'broker', provider } },
  token: brokerToken,
});

/** Plans a store that this pod may use: `usageOf` has said so. */
export const planStore = (store: Store, { identity, settings }: Known): PlannedStore => {
  const { provider } = store;
  const { allowHttp, fileRoot } = settings;
  const own =
    routeOf(store, identity, settings.broker?.install).by === 'agent'
      ? podConnectionOf(store, { identity, allowHttp, fileRoot })
      : undefined;
  if (own !== undefined) return own;
  if (provider.type === 'file')
    throw new Error(`${store.kind} ${store.name} is of files, which nobody reads for a pod`);
  return throughBroker(store, provider.type);
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
