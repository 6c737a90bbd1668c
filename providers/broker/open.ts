import type { PlanBroker, PlanStore } from '../../lib/plan.ts';
import type { Result } from '../../lib/result.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok } from '../../lib/result.ts';
import { failingProvider } from '../failing.ts';
import type { Provider, ProviderContext } from '../provider.ts';
import { openConnections } from './connections.ts';
import { Door } from './door.ts';
import { BrokerLink } from './link.ts';
import { Trust } from './trust.ts';

export interface BrokerOptions {
  readonly broker: PlanBroker;
  /** How many stores of the plan go through it. */
  readonly stores: number;
  /** Where the kubelet projects its certificates. */
  readonly trustFile: string;
  /** 0 to 1, without 1. */
  readonly random: () => number;
}

const openLink = (
  { broker, stores, trustFile, random }: BrokerOptions,
  context: ProviderContext,
): Result<BrokerLink, ProviderError> => {
  const opened = openConnections(broker.server, context.resolveHost);
  if (!opened.ok) return opened;
  const connections = opened.value;
  const { clock } = context;
  const trust = new Trust({ planned: broker.trust, file: trustFile, clock });
  const door = new Door({ connections, trust, tokenName: broker.token, context, clock });
  const onClose = (): void => {
    connections.close();
  };
  return ok(new BrokerLink({ door, trust, stores, random, onClose }, context));
};

/** Opens the stores of a plan that the broker reads; they share the way to it. */
export const openBroker = (
  options: BrokerOptions,
): ((store: PlanStore, context: ProviderContext) => Promise<Provider>) => {
  let link: Result<BrokerLink, ProviderError> | undefined;
  return (store, context) => {
    link ??= openLink(options, context);
    return Promise.resolve(link.ok ? link.value.open(store, context) : failingProvider(link.error));
  };
};
