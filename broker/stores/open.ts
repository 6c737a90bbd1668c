import { accountOf, isGranted, type Account } from '../../lib/broker/accounts.ts';
import { credentialRefsOf } from '../../lib/broker/credentials.ts';
import type { BrokerInstall } from '../../lib/broker/install.ts';
import { serversOf } from '../../lib/broker/servers.ts';
import type { Clock } from '../../lib/clock.ts';
import { connectionOf, type Connection } from '../../lib/connections/connection-of.ts';
import type { Identity } from '../../lib/connections/identity.ts';
import { isJsonObject } from '../../lib/json.ts';
import { ask } from '../../lib/kube/ask.ts';
import type { KubeConnection } from '../../lib/kube/connection.ts';
import { parseObject } from '../../lib/kube/object.ts';
import type { Logger } from '../../lib/log.ts';
import { awsCanonical, vaultCanonical } from '../../lib/policy/canonical-names.ts';
import { vaultName } from '../../lib/policy/vault-name.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import { quoted } from '../../lib/text.ts';
import type { Lending, OpenProvider, Provider, ProviderContext } from '../../providers/provider.ts';
import { AccountTokens } from './account-tokens.ts';
import { Credentials, fingerprint } from './credentials.ts';
import { withCurrentCredentials } from './current-credentials.ts';
import { OpenLimit } from './open-limit.ts';
import { ReferencedStores } from './referenced-stores.ts';

export interface StoresOptions {
  readonly connection: KubeConnection;
  /** The broker's own ServiceAccount. */
  readonly own: Account;
  readonly install: () => BrokerInstall;
  /** Where credentials are mounted. */
  readonly credentialsRoot: string;
  readonly allowHttp: boolean;
  /** The ClusterSecretStore of a name, for credentials that are kept in one. */
  readonly clusterStore: (name: string) => Store | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly record: ProviderContext['record'];
  readonly resolveHost?: ProviderContext['resolveHost'];
  /** Ends requests to the API server. */
  readonly signal: AbortSignal;
}

/** The stores that the broker reads, each with the login that the install lets it make. */
export interface Stores {
  /** Opens a store (`boundStore`); an error where nobody may log in there. */
  open(store: Store): Promise<Result<Provider, ProviderError>>;
}

/** Only what a store takes is loaded: SDKs cost time and memory. */
const loaders = {
  vault: async (): Promise<OpenProvider> => (await import('../../providers/vault/open.ts')).openVault,
  aws: async (): Promise<OpenProvider> => (await import('../../providers/aws/open.ts')).openAws,
  bitwardensecretsmanager: async (): Promise<OpenProvider> =>
    (await import('../../providers/bitwarden/open.ts')).openBitwarden,
};

const isServed = (type: string): type is keyof typeof loaders => Object.hasOwn(loaders, type);

const accountMilliseconds = 5_000;

/** Nothing outlives a replica: the next one logs in for itself. */
const noSession = { load: () => undefined, save: () => undefined };

const lending: Lending = {
  vault: vaultCanonical,
  vaultWords: (key, store) =>
    vaultCanonical({ namespace: store.namespace, segments: [vaultName(key, store)] }),
  aws: awsCanonical,
};

/** Whose token logs in, for who reads of a refused login and knows nothing of the broker's. */
const ownerName = ({ namespace, name }: Account, own: Account): string => {
  const account = `ServiceAccount ${quoted(`${namespace}/${name}`)}`;
  return namespace === own.namespace && name === own.name ? `the broker's own ${account}` : account;
};

const denied = (message: string): Result<never, ProviderError> => err(providerError('denied', message));

class BrokerStores implements Stores {
  readonly #options: StoresOptions;
  readonly #tokens: AccountTokens;
  readonly #credentials: Credentials;
  readonly #processes = new OpenLimit();

  constructor(options: StoresOptions) {
    const { credentialsRoot: root, install, clock } = options;
    this.#options = options;
    this.#tokens = new AccountTokens(options);
    const referenced = new ReferencedStores({ ...options, open: (store) => this.open(store) });
    this.#credentials = new Credentials({ root, install, clock, readRef: (ref) => referenced.read(ref) });
  }

  async open(store: Store): Promise<Result<Provider, ProviderError>> {
    if (!isServed(store.provider.type))
      return err(
        providerError('invalid', `the broker does not read stores of provider ${store.provider.type}`),
      );
    const load = await loaders[store.provider.type]();
    const refs = credentialRefsOf(store);
    if (refs.length > 0) return this.#openCounted(store, load);
    const account = this.#account(store);
    if (!account.ok) return account;
    const identity = await this.#identity(store, account.value);
    if (!identity.ok) return identity;
    const { allowHttp } = this.#options;
    const connection = connectionOf(store, { identity: identity.value, allowHttp });
    return ok(await load(connection.store, this.#context(store, connection, account.value)));
  }

  /** Stores of Bitwarden have a place each, until they are closed. */
  #openCounted(store: Store, load: OpenProvider): Result<Provider, ProviderError> {
    if (store.provider.type !== 'bitwardensecretsmanager') return ok(this.#openWithCredentials(store, load));
    const place = this.#processes.take(store.kind === 'SecretStore' ? store.namespace : undefined);
    if (!place.ok) return place;
    const provider = this.#openWithCredentials(store, load);
    return ok({
      read: (...args) => provider.read(...args),
      check: async (...args) => (await provider.check?.(...args)) ?? [],
      close: () => {
        provider.close();
        place.value();
      },
    });
  }

  #openWithCredentials(store: Store, load: OpenProvider): Provider {
    const { own, allowHttp } = this.#options;
    const identity = { namespace: own.namespace, serviceAccount: own.name };
    const connection = connectionOf(store, { identity, allowHttp });
    const servers = serversOf(store).map(({ server }) => server);
    return withCurrentCredentials({
      open: () => load(connection.store, this.#context(store, connection, own)),
      fingerprint: async () => {
        const values: Redacted<string>[] = [];
        for (const ref of credentialRefsOf(store)) {
          const value = await this.#credentials.read(store, ref, servers);
          if (!value.ok) return value;
          values.push(value.value);
        }
        return ok(fingerprint(values));
      },
    });
  }

  /** As whom a store without a credential is read. A SecretStore is never read as the broker itself. */
  #account(store: Store): Result<Account, ProviderError> {
    const { own, install } = this.#options;
    const wanted = accountOf(store, store.namespace ?? own.namespace);
    if (wanted === undefined)
      return store.kind === 'ClusterSecretStore'
        ? ok(own)
        : denied('the broker does not read a SecretStore with its own identity');
    const isOwn = wanted.namespace === own.namespace && wanted.name === own.name;
    if (isGranted(install(), wanted) || (isOwn && store.kind === 'ClusterSecretStore')) return ok(wanted);
    return denied(
      `the broker may not log in as ServiceAccount ${quoted(`${wanted.namespace}/${wanted.name}`)} (broker.serviceAccounts)`,
    );
  }

  /** The annotations of a ServiceAccount say which role it has in AWS. Where they cannot be seen just now, nothing is opened with a guess. */
  async #identity(store: Store, { namespace, name }: Account): Promise<Result<Identity, ProviderError>> {
    const identity = { namespace, serviceAccount: name };
    if (store.provider.type !== 'aws') return ok(identity);
    const asked = await ask(
      { ...this.#options, milliseconds: accountMilliseconds },
      {
        method: 'GET',
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}`,
      },
      (body) => {
        const object = parseObject(isJsonObject(body) ? body : undefined);
        return object.ok ? (object.value.metadata.annotations ?? {}) : undefined;
      },
    );
    return asked.ok
      ? ok({ ...identity, annotations: asked.value })
      : err(
          providerError(
            'unavailable',
            `the broker cannot see which AWS role ServiceAccount ${quoted(`${namespace}/${name}`)} has: ${asked.error.message}`,
          ),
        );
  }

  #context(store: Store, { token }: Connection, account: Account): ProviderContext {
    const { clock, log, record, resolveHost, own } = this.#options;
    return {
      clock,
      log,
      record,
      session: noSession,
      lending,
      resolvePath: (path) => path,
      readToken: () =>
        this.#tokens.token({
          account,
          audience: token?.audience,
          expirationSeconds: token?.expirationSeconds ?? shortestTokenSeconds,
        }),
      tokenOwner: ownerName(account, own),
      readCredential: (ref, servers) => this.#credentials.read(store, ref, servers),
      ...(resolveHost === undefined ? {} : { resolveHost }),
    };
  }
}

/** The least that the API server gives. */
const shortestTokenSeconds = 600;

/** Prepares the broker's way to its stores; nothing is sent yet. */
export const openStores = (options: StoresOptions): Stores => new BrokerStores(options);
