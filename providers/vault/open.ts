import type { PlanStore, VaultStorePlan } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import { openTransport, type TransportOptions } from '../http/transport.ts';
import type { OpenProvider, Provider, ProviderContext } from '../provider.ts';
import { Authority } from './authority.ts';
import { recordedCalls } from './calls.ts';
import { openClient } from './client.ts';
import { loginRequests } from './login.ts';
import { Mounts } from './mounts.ts';
import { Reader } from './read.ts';
import { decodeSession, encodeSession } from './session.ts';

const transportOptions = (
  { server, allowHttp, caBundle, serverName }: VaultStorePlan,
  { clock }: ProviderContext,
): TransportOptions => ({
  server,
  allowHttp,
  clock,
  ...(caBundle === undefined ? {} : { caBundle }),
  ...(serverName === undefined ? {} : { serverName }),
});

/** A store whose settings cannot work: every read says why. */
const failing = (error: ProviderError): Provider => ({
  read: (sources) => Promise.resolve(sources.map(() => err(error))),
  close: () => undefined,
});

const vaultStore = ({ name, provider }: PlanStore): VaultStorePlan => {
  if (provider.type !== 'vault') throw new Error(`store ${name} is no Vault store`);
  return provider;
};

/**
 * Opens a Vault store; nothing is sent before the first read. Auth methods `kubernetes` and `jwt`, KV version 1 and 2;
 * https://developer.hashicorp.com/vault/api-docs. Close it to end its connections; the token is left to lapse, because another
 * process of the pod may go on with it.
 */
export const openVault: OpenProvider = (planStore, context) => {
  const store = vaultStore(planStore);
  const transport = openTransport(transportOptions(store, context));
  if (!transport.ok) return Promise.resolve(failing(transport.error));
  const { clock, log, session } = context;
  const call = recordedCalls(openClient(transport.value, store.server), context);
  const authority = new Authority({
    requests: loginRequests({ store, call, context }),
    clock,
    log,
    session: decodeSession(store, session.load(), clock.now()),
    onToken: (token) => {
      const text = encodeSession(store, token, clock.now());
      if (text !== undefined) session.save(text);
    },
  });
  const mounts = new Mounts({ call, namespace: store.namespace, log });
  const reader = new Reader({ store, authority, mounts, call, clock, log });
  return Promise.resolve({
    read: (sources, signal) => reader.read(sources, signal),
    close: () => {
      transport.value.close();
    },
  });
};
