import type { PlanStore, VaultStorePlan } from '../../lib/plan.ts';
import { failingProvider } from '../failing.ts';
import { openTransport, type TransportOptions } from '../http/transport.ts';
import type { OpenProvider, ProviderContext } from '../provider.ts';
import { Authority } from './authority.ts';
import { recordedCalls } from './calls.ts';
import { openClient } from './client.ts';
import { KeepAlive } from './keep-alive.ts';
import { LeaseRenewal } from './lease-renewal.ts';
import { loginRequests } from './login.ts';
import { Mounts } from './mounts.ts';
import { Reader } from './read.ts';
import { revokeTokens } from './revocation.ts';
import { decodeSession, encodeSession, noSession } from './session.ts';

const transportOptions = (
  { server, allowHttp, caBundle, serverName }: VaultStorePlan,
  { clock, resolveHost }: ProviderContext,
): TransportOptions => ({
  server,
  allowHttp,
  clock,
  ...(caBundle === undefined ? {} : { caBundle }),
  ...(serverName === undefined ? {} : { serverName }),
  ...(resolveHost === undefined ? {} : { resolve: resolveHost }),
});

const vaultStore = ({ name, provider }: PlanStore): VaultStorePlan => {
  if (provider.type !== 'vault') throw new Error(`store ${name} is no Vault store`);
  return provider;
};

/**
 * Opens a Vault store; nothing is sent before the first read. Auth methods `kubernetes` and `jwt`, KV version 1 and 2,
 * and whatever other engines make for those who ask; https://developer.hashicorp.com/vault/api-docs. Close it to end its
 * connections; the token is left to lapse, because another process of the pod may go on with it.
 */
export const openVault: OpenProvider = (planStore, context) => {
  const store = vaultStore(planStore);
  const transport = openTransport(transportOptions(store, context));
  if (!transport.ok) return Promise.resolve(failingProvider(transport.error));
  const { clock, log, session } = context;
  const call = recordedCalls(openClient(transport.value, store.server), context);
  const requests = loginRequests({ store, call, context });
  const authority = new Authority({
    requests,
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
  const renewal = new LeaseRenewal({ authority, call, clock, namespace: store.namespace });
  const keepAlive = new KeepAlive(authority);
  return Promise.resolve({
    read: (sources, signal) => reader.read(sources, signal),
    renew: (leases, signal) => renewal.renew(leases, signal),
    get login() {
      return authority.name;
    },
    keepAlive: (signal) => keepAlive.call(signal),
    revoke: (signal) => {
      // Whatever becomes of the requests: a login that may be over is not gone on with.
      session.save(noSession);
      return revokeTokens(authority.end(), requests, signal);
    },
    close: () => {
      transport.value.close();
    },
  });
};
