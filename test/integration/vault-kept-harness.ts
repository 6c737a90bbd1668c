import type { ProviderStore, VaultConnection } from '../../lib/connections/connection.ts';
import { vaultCanonical } from '../../lib/policy/canonical-names.ts';
import { vaultName } from '../../lib/policy/vault-name.ts';
import { providerError } from '../../lib/provider-error.ts';
import { Redacted } from '../../lib/redacted.ts';
import { err, ok } from '../../lib/result.ts';
import type { VaultStaticAuth } from '../../lib/stores/vault-static-auth.ts';
import type { Lending, Provider, ReadOutcome } from '../../providers/provider.ts';
import { openVault } from '../../providers/vault/open.ts';
import { closers, line, recorder, source, type Game } from './vault-harness.ts';
import { vaultAt } from '../support/stand-in-connections.ts';

export const { signal } = new AbortController();

export const lending: Lending = {
  vault: vaultCanonical,
  vaultWords: (key, store) =>
    vaultCanonical({ namespace: store.namespace, segments: [vaultName(key, store)] }),
  aws: ({ account, region, name }) => `${account} ${region} ${name}`,
};

export interface KeptOpening {
  readonly auth: VaultStaticAuth | VaultConnection['auth'];
  readonly store?: Partial<VaultConnection>;
  /** By `name/key`; a key that is not there cannot be read. Default: none. */
  readonly credentials?: Map<string, string>;
}

export interface Kept {
  readonly provider: Provider;
  readonly logs: unknown[][];
  readonly records: string[];
  /** The servers that each credential was asked for. */
  readonly askedFor: string[];
  readonly read: (...keys: string[]) => Promise<readonly ReadOutcome[]>;
  readonly lines: (...keys: string[]) => Promise<string[]>;
}

/** Opens a Vault as the broker does: for others, and with credentials that it keeps. */
export const openKept = async (game: Game, opening: KeptOpening): Promise<Kept> => {
  const { vault, clock, podToken } = game;
  const { auth, store: over, credentials = new Map<string, string>() } = opening;
  const logs: unknown[][] = [];
  const records: string[] = [];
  const askedFor: string[] = [];
  const store: ProviderStore = {
    name: 'platform',
    kind: 'ClusterSecretStore',
    provider: {
      ...vaultAt(vault),
      auth,
      ...over,
    },
  };
  const provider = await openVault(store, {
    clock,
    log: recorder(logs),
    session: { load: () => undefined, save: () => undefined },
    readToken: async () => new Redacted(await podToken()),
    readCredential: ({ name, key }, servers) => {
      askedFor.push(`${name}/${key} ${servers.join(' ')}`);
      const text = credentials.get(`${name}/${key}`);
      return Promise.resolve(
        text === undefined ? err(providerError('unauthenticated', 'not there')) : ok(new Redacted(text)),
      );
    },
    lending,
    resolvePath: (path) => path,
    record: ({ operation, outcome }) => {
      records.push(`${operation} ${outcome}`);
    },
  });
  closers.push(() => {
    provider.close();
  });
  const read: Kept['read'] = (...keys) => provider.read(keys.map(source), signal);
  return {
    ...{ provider, logs, records, askedFor, read },
    lines: async (...keys) => (await read(...keys)).map(line),
  };
};
