import type { Clock } from '../lib/clock.ts';
import type { Lease } from '../lib/lease.ts';
import type { Logger } from '../lib/log.ts';
import type { PlanSource, PlanStore } from '../lib/plan.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import type { Redacted } from '../lib/redacted.ts';
import type { Result } from '../lib/result.ts';
import type { ResolveAll } from './http/guarded-lookup.ts';

export type { Lease };

/** What one read gave: the secret as the store keeps it, before a property is chosen. */
export interface SecretDocument {
  /** A store that keeps fields (Vault) gives them as the text of one JSON object, numbers written as the store wrote them. */
  readonly bytes: Redacted<Buffer>;
  /** The store's own name for this version, where it has one; not secret. */
  readonly version?: string;
  /** Where the read made a credential. */
  readonly lease?: Lease;
}

export type ReadOutcome = Result<SecretDocument, ProviderError>;

/** One call to a backend, for `keyferry_provider_requests_total` and its duration. */
export interface ProviderRequestRecord {
  readonly provider: PlanStore['provider']['type'];
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

/** What a provider is given. It reads nothing else: no environment, no other file. */
export interface ProviderContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly session: Session;
  /** The pod's projected token of this name, read from disk at each call: the kubelet replaces it. */
  readToken(name: string): Promise<Redacted<string>>;
  /** Turns an absolute path of the plan into one that can be opened here. */
  resolvePath(path: string): string;
  /** Finds the addresses of a host name. Default: the system's resolver. */
  readonly resolveHost?: ResolveAll;
  /** Where the container has it. */
  readonly podIdentity?: PodIdentity;
  record(request: ProviderRequestRecord): void;
}

/** One store, ready to read from. Expected failures are outcomes, one for each source, in the order asked. */
export interface Provider {
  /**
   * Reads every source once. A store-wide failure (no login) is the outcome of each source. A source with `find` has for its document
   * what `encodeFoundSecrets` makes of the secrets that fit, which may be none.
   */
  read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]>;
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
  /** Ends connections. */
  close(): void;
}

export type OpenProvider = (store: PlanStore, context: ProviderContext) => Promise<Provider>;
