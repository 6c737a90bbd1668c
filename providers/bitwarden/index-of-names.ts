import type { Clock } from '../../lib/clock.ts';
import type { BitwardenConnection } from '../../lib/connections/connection.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { ok, type Result } from '../../lib/result.ts';
import { Names } from './names.ts';
import type { SdkClient } from './sdk-client.ts';

/** A check and the reads that follow from it ask once. In milliseconds. */
const freshFor = 1_000;

/**
 * The names of the store's project, kept for as long as Bitwarden says that nothing has changed. What it is asked for that is one small
 * answer; after a change it sends everything that the machine account may read, of which the names are kept alone.
 */
export class IndexOfNames {
  readonly #store: BitwardenConnection;
  readonly #client: SdkClient;
  readonly #clock: Clock;
  #kept: { readonly names: Names; readonly token: string } | undefined;
  /** By the server's clock. */
  #syncedAt: number | undefined;
  /** By ours. */
  #askedAt = Number.NEGATIVE_INFINITY;
  #pending: Promise<Result<Names, ProviderError>> | undefined;

  constructor(store: BitwardenConnection, client: SdkClient, clock: Clock) {
    this.#store = store;
    this.#client = client;
    this.#clock = clock;
  }

  /** The names as they are, or were a moment ago unless `fresh`. */
  async current(
    token: Redacted<string>,
    { fresh }: { fresh: boolean },
  ): Promise<Result<Names, ProviderError>> {
    const kept = this.#kept?.token === token.reveal() ? this.#kept : undefined;
    const isRecent = this.#clock.monotonic() - this.#askedAt < freshFor;
    if (kept !== undefined && isRecent && !fresh) return ok(kept.names);
    this.#pending ??= this.#sync(token).finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #sync(token: Redacted<string>): Promise<Result<Names, ProviderError>> {
    const { organizationId, projectId } = this.#store;
    const kept = this.#kept?.token === token.reveal() ? this.#kept : undefined;
    const since =
      kept === undefined || this.#syncedAt === undefined ? {} : { since: isoTime(this.#syncedAt) };
    const askedAt = this.#clock.monotonic();
    const reply = await this.#client.ask<'sync'>({ kind: 'sync', organizationId, ...since }, token);
    if (!reply.ok) return reply;
    this.#askedAt = askedAt;
    const { value, serverTime } = reply.value;
    if (value === null && kept !== undefined) return ok(kept.names);
    const names = new Names(projectId, value ?? []);
    this.#kept = { names, token: token.reveal() };
    this.#syncedAt = serverTime;
    return ok(names);
  }
}

const isoTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
