import type { Clock } from '../../lib/clock.ts';
import type { PlanSource } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok, type Result } from '../../lib/result.ts';
import { mapLimited } from '../parallel.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import type { Authority } from './authority.ts';
import type { Call } from './calls.ts';
import { KvRequests, type Pass } from './kv-requests.ts';
import type { MountTable } from './mount-table.ts';
import type { Versions } from './metadata.ts';
import type { Mounts } from './mounts.ts';
import { Refusals } from './refusals.ts';
import { resolveTarget, type StorePlace } from './target.ts';
import { forBatch } from './with-token.ts';

export interface CheckerOptions {
  readonly store: VaultConnection;
  readonly authority: Authority;
  readonly mounts: Mounts;
  readonly call: Call;
  readonly clock: Clock;
}

export interface KnownVersion {
  readonly source: PlanSource;
  readonly version: string;
}

type Answer = Result<'same' | 'changed' | undefined, ProviderError>;

/** Requests under way at once. */
const parallelChecks = 8;

const cannotTell: Answer = ok(undefined);

/**
 * Says whether secrets of KV version 2 have another version by now, without reading them: from their metadata, which a policy may withhold.
 * Of other engines only a read can tell. For the broker: keys are what their words say.
 */
export class Checker {
  readonly #options: CheckerOptions;
  readonly #place: StorePlace;
  readonly #kv: KvRequests;

  constructor(options: CheckerOptions) {
    const { store, call, clock } = options;
    this.#options = options;
    this.#place = { ...store, byWords: true };
    this.#kv = new KvRequests({ store, call, refusals: new Refusals(clock) });
  }

  async check(known: readonly KnownVersion[], signal: AbortSignal): Promise<readonly Answer[]> {
    if (known.length === 0) return [];
    const { authority, mounts } = this.#options;
    const ready = await authority.ready(signal);
    if (!ready.ok) return known.map(() => ready);
    const table = await mounts.load(authority, signal);
    if (!table.ok) return known.map(() => table);
    const pass = { authority: forBatch(authority), signal };
    return mapLimited(known, parallelChecks, (one) => this.#checkOne(one, table.value, pass));
  }

  async #checkOne(known: KnownVersion, table: MountTable, pass: Pass): Promise<Answer> {
    const { source } = known;
    const target = source.find === undefined ? resolveTarget(source, this.#place, table) : undefined;
    if (target?.ok !== true || target.value.kind !== 'secret' || target.value.path.kvVersion !== 2)
      return cannotTell;
    const versions = await this.#kv.versions(target.value.path, pass);
    if (versions.ok) return ok(versions.value && compare(known, versions.value, this.#options.clock.now()));
    return versions.error.code === 'not_found' ? ok('changed') : versions;
  }
}

const compare = (
  { source, version }: KnownVersion,
  { current, isReadable }: Versions,
  now: number,
): 'same' | 'changed' =>
  (source.version ?? current) === version && isReadable(version, now) ? 'same' : 'changed';
