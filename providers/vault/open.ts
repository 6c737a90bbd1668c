import { failingProvider } from '../failing.ts';
import { openTransport, type Transport, type TransportOptions } from '../http/transport.ts';
import type { ProviderStore, VaultConnection } from '../../lib/connections/connection.ts';
import type { OpenProvider, Provider, ProviderContext } from '../provider.ts';
import { Authority } from './authority.ts';
import { recordedCalls, type Call } from './calls.ts';
import { Checker } from './check.ts';
import { openClient } from './client.ts';
import { KeepAlive } from './keep-alive.ts';
import type { KeptVault } from './kept-login.ts';
import { LeaseRenewal } from './lease-renewal.ts';
import { loginRequests, type LoginRequests, type PodVault } from './login.ts';
import { Mounts } from './mounts.ts';
import { Reader } from './read.ts';
import { revokeTokens } from './revocation.ts';
import { decodeSession, encodeSession, noSession } from './session.ts';
import type { VaultToken } from './token.ts';

const transportOptions = (
  { server, allowHttp, caBundle, serverName }: VaultConnection,
  { clock, resolveHost }: ProviderContext,
): TransportOptions => ({
  server,
  allowHttp,
  clock,
  ...(caBundle === undefined ? {} : { caBundle }),
  ...(serverName === undefined ? {} : { serverName }),
  ...(resolveHost === undefined ? {} : { resolve: resolveHost }),
});

const vaultStore = ({ name, provider }: ProviderStore): VaultConnection => {
  if (provider.type !== 'vault') throw new Error(`store ${name} is no Vault store`);
  return provider;
};

const isOfPods = (store: VaultConnection): store is PodVault =>
  store.auth.method === 'kubernetes' || store.auth.method === 'jwt';

/** Logins with kept credentials are loaded where a store has one: pods never do. */
const loginsOf = async (
  store: VaultConnection,
  call: Call,
  context: ProviderContext,
): Promise<LoginRequests> => {
  if (isOfPods(store)) return loginRequests({ store, call, context });
  const { keptLoginRequests } = await import('./kept-login.ts');
  return keptLoginRequests({
    store: store as KeptVault,
    call,
    context,
    asClient: async (clientCertificate, use) => {
      const transport = openTransport({ ...transportOptions(store, context), clientCertificate });
      if (!transport.ok) return transport;
      try {
        return await use(recordedCalls(openClient(transport.value, store.server), context));
      } finally {
        transport.value.close();
      }
    },
  });
};

/** What is kept of a login for the pod's next process. The broker hands over nothing: its replicas log in each for itself. */
const sessionOf = (
  store: VaultConnection,
  { session, clock, lending }: ProviderContext,
): { readonly session: VaultToken | undefined; readonly onToken: (token: VaultToken) => void } => {
  if (lending !== undefined || !isOfPods(store)) return { session: undefined, onToken: () => undefined };
  return {
    session: decodeSession(store, session.load(), clock.now()),
    onToken: (token) => {
      const text = encodeSession(store, token, clock.now());
      if (text !== undefined) session.save(text);
    },
  };
};

interface Parts {
  readonly store: VaultConnection;
  readonly call: Call;
  readonly requests: LoginRequests;
  readonly transport: Transport;
  readonly context: ProviderContext;
}

const assemble = ({ store, call, requests, transport, context }: Parts): Provider => {
  const { clock, log, session, lending } = context;
  const isKeptAlive = lending === undefined;
  const authority = new Authority({ requests, clock, log, isKeptAlive, ...sessionOf(store, context) });
  const mounts = new Mounts({ call, namespace: store.namespace, log });
  const reader = new Reader({ store, authority, mounts, call, clock, log, lending });
  const shared: Provider = {
    read: (sources, signal) => reader.read(sources, signal),
    close: () => {
      transport.close();
    },
  };
  if (!isKeptAlive) {
    const checker = new Checker({ store, authority, mounts, call, clock });
    return { ...shared, check: (known, signal) => checker.check(known, signal) };
  }
  const renewal = new LeaseRenewal({ authority, call, clock, namespace: store.namespace });
  const keepAlive = new KeepAlive(authority);
  return {
    ...shared,
    get login() {
      return authority.name;
    },
    renew: (leases, signal) => renewal.renew(leases, signal),
    keepAlive: (signal) => keepAlive.call(signal),
    revoke: (signal) => {
      // Whatever becomes of the requests: a login that may be over is not gone on with.
      session.save(noSession);
      return revokeTokens(authority.end(), requests, signal);
    },
  };
};

/**
 * Opens a Vault store; nothing is sent before the first read. Auth methods `kubernetes` and `jwt`, in the broker also those with a credential
 * that is kept; KV version 1 and 2, and whatever other engines make for those who ask; https://developer.hashicorp.com/vault/api-docs.
 * Close it to end its connections; the token is left to lapse, because another process of the pod may go on with it.
 */
export const openVault: OpenProvider = async (planStore, context) => {
  const store = vaultStore(planStore);
  const transport = openTransport(transportOptions(store, context));
  if (!transport.ok) return failingProvider(transport.error);
  const call = recordedCalls(openClient(transport.value, store.server), context);
  const requests = await loginsOf(store, call, context);
  return assemble({ store, call, requests, transport: transport.value, context });
};
