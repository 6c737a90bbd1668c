import type { Clock } from '../lib/clock.ts';
import type { ProviderStore } from '../lib/connections/connection.ts';
import type { Lease } from '../lib/lease.ts';
import type { Logger } from '../lib/log.ts';
import type { PlanSource } from '../lib/plan.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import type { Redacted } from '../lib/redacted.ts';
import type { Result } from '../lib/result.ts';
import type { CredentialRef } from '../lib/stores/credential.ts';
import type { ResolveAll } from './http/guarded-lookup.ts';

export type { Lease };

/** What one read gave: the secret as the store keeps it, before a property is chosen. */
export interface SecretDocument {
  /**
   * A store that keeps fields (Vault) gives them as the text of one JSON object, numbers written as the store wrote them. The reader's own: the broker
   * overwrites them, so a provider that keeps a document gives away copies.
   */
  readonly bytes: Redacted<Buffer>;
  /** The store's own name for this version, where it has one; not secret. */
  readonly version?: string;
  /** Where the read made a credential. */
  readonly lease?: Lease;
  /** What the key turned out to be at the backend (`lib/policy/canonical.ts`), where the provider knows. */
  readonly canonical?: string;
  /**
   * When the backend was last known to have just this, in milliseconds since the epoch, where it was not asked for this read but told of
   * itself. Default: now.
   */
  readonly confirmedAt?: number;
}

export type ReadOutcome = Result<SecretDocument, ProviderError>;

/** One call to a backend, for `keyferry_provider_requests_total` and its duration. */
export interface ProviderRequestRecord {
  readonly provider: ProviderStore['provider']['type'];
  readonly operation: string;
  /** `ok` or the error's code. */
  readonly outcome: 'ok' | ProviderError['code'];
  readonly seconds: number;
}

/** What a provider may keep between processes of one pod (a login), in `keyferry-state`; the text is the provider's own. */
export interface Session {
  load(): string | undefined;
  save(text: string): void;
}

/** EKS Pod Identity's agent on this node, as the container's environment names it. */
export interface PodIdentity {
  readonly uri: string;
  /** The token to ask with, read from disk at each call. */
  readToken(): Promise<Redacted<string>>;
}

/**
 * What a provider does that reads for others. It names what it read (`SecretDocument.canonical`), so that policy can be asked once more; and
 * nobody it lends to can keep its login alive, so that leases end with the login as it is now, and are not to be renewed.
 */
export interface Lending {
  /** Segments from the root of the Vault namespace on, without the `data` of KV version 2's API. */
  vault(secret: { readonly namespace: string | undefined; readonly segments: readonly string[] }): string;
  /** The same of a key by its words alone: what was granted before anything is asked. */
  vaultWords(
    key: string,
    store: {
      readonly namespace?: string | undefined;
      readonly path: string;
      readonly kvVersion: 'v1' | 'v2';
    },
  ): string;
  aws(secret: { readonly account: string; readonly region: string; readonly name: string }): string;
}

/** What a provider is given. It reads nothing else: no environment, no other file. */
export interface ProviderContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly session: Session;
  /** The pod's projected token of this name, read from disk at each call: the kubelet replaces it. */
  readToken(name: string): Promise<Redacted<string>>;
  /** Whose tokens these are, as sentences name it (`ServiceAccount "<namespace>/<name>"`). Default: this pod's. */
  readonly tokenOwner?: string;
  /**
   * A file of a credential that the broker keeps, read at each call. An error where it is not there, or may not be sent to every one of
   * `servers` (base URLs). Undefined in pods, which keep none.
   */
  readonly readCredential?: (
    ref: CredentialRef,
    servers: readonly string[],
  ) => Promise<Result<Redacted<string>, ProviderError>>;
  /** Turns an absolute path of the plan into one that can be opened here. */
  resolvePath(path: string): string;
  /** Finds the addresses of a host name. Default: the system's resolver. */
  readonly resolveHost?: ResolveAll;
  /** Where the container has it. */
  readonly podIdentity?: PodIdentity;
  /** In the broker, whose documents go to pods. */
  readonly lending?: Lending;
  /** To be called when the provider has something new for sources of the store without having been asked: they are then read at once. */
  readonly onNews?: (sources: readonly PlanSource[]) => void;
  /** What is held of a source of the store, by this process or one before it, and need not be sent again. Default: nothing. */
  readonly held?: (source: PlanSource) => SecretDocument | undefined;
  record(request: ProviderRequestRecord): void;
}

export interface ReadOptions {
  /** Whether somebody asked for it (force-sync, a lease to be replaced): what a cache on the way has will not do. Default: no. */
  readonly fresh?: boolean;
}

/** One store, ready to read from. Expected failures are outcomes, one for each source, in the order asked. */
export interface Provider {
  /**
   * Reads every source once. A store-wide failure (no login) is the outcome of each source. A source with `find` has for its document
   * what `encodeFoundSecrets` makes of the secrets that fit, which may be none.
   */
  read(
    sources: readonly PlanSource[],
    signal: AbortSignal,
    options?: ReadOptions,
  ): Promise<readonly ReadOutcome[]>;
  /**
   * Says of documents that were read before, by their versions, whether the backend has others by now, where it can say so for less than a
   * read. Undefined for a source: only a read can tell.
   */
  check?(
    known: readonly { readonly source: PlanSource; readonly version: string }[],
    signal: AbortSignal,
  ): Promise<readonly Result<'same' | 'changed' | undefined, ProviderError>[]>;
  /**
   * Asks for a longer life of leases whose `renewable` is true, each once. A permanent error (`isPermanent`) means that the
   * lease cannot live on and has to be replaced by reading its source again.
   */
  renew?(leases: readonly Lease[], signal: AbortSignal): Promise<readonly Result<Lease, ProviderError>[]>;
  /** Names the login in use, the same in every process that goes on with it; not secret. Undefined: none yet. */
  readonly login?: string | undefined;
  /**
   * Keeps alive the login that leases end with: renews or replaces it where that is due. To be called as long as there is a
   * lease, at first at once; resolves to the milliseconds until it wants to be called again. Afterwards leases of another
   * `login` end soon.
   */
  keepAlive?(signal: AbortSignal): Promise<number>;
  /** Ends the login and every lease that hangs on it. Best effort: true where the backend said so. */
  revoke?(signal: AbortSignal): Promise<boolean>;
  /**
   * To be called once, when the first reads are over, with every source of the store, by who stays to be told (`ProviderContext.onNews`)
   * of what becomes of them.
   */
  follow?(sources: readonly PlanSource[]): void;
  /** Whether the backend tells at once of what changes; undefined where it cannot. */
  readonly feed?: 'open' | 'closed' | undefined;
  /** Ends connections. */
  close(): void;
}

export type OpenProvider = (store: ProviderStore, context: ProviderContext) => Promise<Provider>;
