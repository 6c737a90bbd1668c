import type { BrokerStorePlan, PlanSource } from '../../lib/plan.ts';
import {
  byInterval,
  exactly,
  isLeased,
  maybeLeased,
  renewalPoint,
  round,
  type Counting,
  type Round,
} from './rounds.ts';

const services = {
  vault: 'vault',
  aws: 'secretsmanager',
  bitwardensecretsmanager: 'bitwarden',
} as const satisfies Readonly<Record<BrokerStorePlan['provider'], Round['service']>>;

/** A credential that the backend makes is one pod's. The broker asks anew at two thirds of its life. */
const leaseRounds = (
  service: Round['service'],
  { sources, stays, assumptions }: Counting,
): readonly Round[] => {
  const items = sources.filter(isLeased).length;
  const everySeconds = stays ? renewalPoint(assumptions.vaultLeaseSeconds) : 0;
  return items === 0
    ? []
    : [round({ kind: 'lease', service, items, everySeconds, callsPerRound: exactly(items) })];
};

const readRounds = (
  service: Round['service'],
  sources: readonly PlanSource[],
  { stays, isShared }: { readonly stays: boolean; readonly isShared: boolean },
): readonly Round[] =>
  byInterval(sources, stays).map(([everySeconds, group]) =>
    round({
      kind: 'read',
      service,
      ...(isShared ? { shared: true } : {}),
      items: group.length,
      everySeconds,
      callsPerRound: exactly(group.length),
    }),
  );

/**
 * What the broker asks of a store for pods with these secrets. Its logins are few, and for all that it reads. What looks like a
 * credential that Vault makes is counted for each pod: no two pods are given the same one.
 */
export const brokerRounds = (provider: BrokerStorePlan['provider'], counting: Counting): readonly Round[] => {
  const service = services[provider];
  const kept = counting.sources.filter((source) => !isLeased(source));
  const own = kept.filter((source) => maybeLeased(source, provider));
  const shared = kept.filter((source) => !maybeLeased(source, provider));
  return [
    ...readRounds(service, shared, { stays: counting.stays, isShared: true }),
    ...readRounds(service, own, { stays: counting.stays, isShared: false }),
    ...leaseRounds(service, counting),
  ];
};
