import type { BitwardenConnection, ProviderStore } from '../../lib/connections/connection.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { failingProvider } from '../failing.ts';
import { openTransport, type Transport } from '../http/transport.ts';
import type { OpenProvider, Provider, ProviderContext } from '../provider.ts';
import { SharedWork } from '../shared-work.ts';
import { IndexOfNames } from './index-of-names.ts';
import { Reader } from './reader.ts';
import { SdkClient } from './sdk-client.ts';
import { Values } from './values.ts';

/** A sync of everything takes its time to arrive; in milliseconds. */
const timeouts = { whole: 20_000 };

const open = (
  server: string,
  { allowHttp, caBundle }: BitwardenConnection,
  { clock, resolveHost }: ProviderContext,
): Result<Transport, ProviderError> =>
  openTransport({
    server,
    allowHttp,
    clock,
    timeouts,
    nameCure: 'use a name that is in apiURL and identityURL',
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(resolveHost === undefined ? {} : { resolve: resolveHost }),
  });

const storeOf = ({ name, provider }: ProviderStore): BitwardenConnection => {
  if (provider.type !== 'bitwardensecretsmanager') throw new Error(`store ${name} is no Bitwarden store`);
  return provider;
};

const cancelled = err(providerError('timeout', 'reading from Bitwarden was cancelled'));

/** Waits for work that others may wait for too: whoever gives up leaves it running. */
const unlessAborted = async <T>(
  work: Promise<readonly Result<T, ProviderError>[]>,
  count: number,
  signal: AbortSignal,
): Promise<readonly Result<T, ProviderError>[]> => {
  const outcomes = await new SharedWork<readonly Result<T, ProviderError>[]>('reading from Bitwarden').join(
    async () => ok(await work),
    signal,
  );
  return outcomes.ok ? outcomes.value : Array.from({ length: count }, () => cancelled);
};

/**
 * Opens a store of Bitwarden Secrets Manager, in the broker; nothing is started or sent before the first read. Keys are ids of secrets, or
 * names within the store's project (docs/adr/0011-bitwarden-sdk.md). A document is the value as it is kept; its version is the time of the
 * secret's last change.
 */
export const openBitwarden: OpenProvider = (planStore, context): Promise<Provider> => {
  const store = storeOf(planStore);
  const [api, identity] = [open(store.apiUrl, store, context), open(store.identityUrl, store, context)];
  if (!api.ok) return Promise.resolve(failingProvider(api.error));
  if (!identity.ok) return Promise.resolve(failingProvider(identity.error));
  const client = new SdkClient({ store, transports: { api: api.value, identity: identity.value }, context });
  const index = new IndexOfNames(store, client, context.clock);
  const reader = new Reader({ store, index, values: new Values(client), context });
  return Promise.resolve({
    read: (sources, signal, options = {}) =>
      unlessAborted(reader.read(sources, options), sources.length, signal),
    check: (known, signal) => unlessAborted(reader.check(known), known.length, signal),
    close: () => {
      client.close();
      api.value.close();
      identity.value.close();
    },
  });
};
