import type { Clock } from '../../lib/clock.ts';
import type { BitwardenConnection } from '../../lib/connections/connection.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { ok, type Result } from '../../lib/result.ts';
import { Names } from './names.ts';
import type { SdkClient } from './sdk-client.ts';

/** A check and the reads that follow from it ask once. In milliseconds. */
const freshFor = 1_000;

/** One question that is under way, or comes after the one that is. */
interface Sync {
  readonly token: string;
  readonly names: Promise<Result<Names, ProviderError>>;
}

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
  #underWay: Sync | undefined;
  #next: Sync | undefined;

  constructor(store: BitwardenConnection, client: SdkClient, clock: Clock) {
    this.#store = store;
    this.#client = client;
    this.#clock = clock;
  }

  /** The names as they are, or were a moment ago unless `fresh`: then what is asked for after this call began. */
  async current(
    token: Redacted<string>,
    { fresh }: { fresh: boolean },
  ): Promise<Result<Names, ProviderError>> {
    const kept = this.#kept?.token === token.reveal() ? this.#kept : undefined;
    const isRecent = this.#clock.monotonic() - this.#askedAt < freshFor;
    if (kept !== undefined && isRecent && !fresh) return ok(kept.names);
    return this.#join(token, fresh).names;
  }

  /** The question to wait for: the one that is under way where that will do, or the one after it. */
  #join(token: Redacted<string>, fresh: boolean): Sync {
    const underWay = this.#underWay;
    if (underWay === undefined) return this.#begin(token);
    const text = token.reveal();
    if (!fresh && underWay.token === text) return underWay;
    if (this.#next?.token !== text) this.#next = this.#begin(token, this.#next ?? underWay);
    return this.#next;
  }

  /** Asks, after `before` has been answered. */
  #begin(token: Redacted<string>, before?: Sync): Sync {
    const ask = async (): Promise<Result<Names, ProviderError>> => {
      await before?.names;
      this.#underWay = sync;
      if (this.#next === sync) this.#next = undefined;
      const names = await this.#sync(token);
      if (this.#underWay === sync) this.#underWay = undefined;
      return names;
    };
    const sync: Sync = { token: token.reveal(), names: Promise.resolve().then(ask) };
    this.#underWay ??= sync;
    return sync;
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
