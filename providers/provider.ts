import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { PlanSource, PlanStore } from '../lib/plan.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import type { Redacted } from '../lib/redacted.ts';
import type { Result } from '../lib/result.ts';

/** What one read gave: the secret as the store keeps it, before a property is chosen. */
export interface SecretDocument {
  /** A store that keeps fields (Vault) gives them as the text of one JSON object, numbers written as the store wrote them. */
  readonly bytes: Redacted<Buffer>;
  /** The store's own name for this version, where it has one; not secret. */
  readonly version?: string;
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

/** What a provider is given. It reads nothing else: no environment, no other file. */
export interface ProviderContext {
  readonly clock: Clock;
  readonly log: Logger;
  readonly session: Session;
  /** The pod's projected token of this name, read from disk at each call: the kubelet replaces it. */
  readToken(name: string): Promise<Redacted<string>>;
  /** Turns an absolute path of the plan into one that can be opened here. */
  resolvePath(path: string): string;
  record(request: ProviderRequestRecord): void;
}

/** One store, ready to read from. Expected failures are outcomes, one for each source, in the order asked. */
export interface Provider {
  /** Reads every source once. A store-wide failure (no login) is the outcome of each source. */
  read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]>;
  /** Ends connections. */
  close(): void;
}

export type OpenProvider = (store: PlanStore, context: ProviderContext) => Promise<Provider>;
