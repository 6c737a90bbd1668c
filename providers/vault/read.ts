import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource } from '../../lib/plan.ts';
import { isPermanent, providerError } from '../../lib/provider-error.ts';
import { err, ok } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { mapInLanes } from '../parallel.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import type { Lending, ReadOutcome } from '../provider.ts';
import type { Authority, Grant } from './authority.ts';
import type { Call } from './calls.ts';
import { readEngineAnswer } from './engine-answer.ts';
import { Finder } from './find.ts';
import { holderOf } from './holder.ts';
import { KvRequests, type Pass } from './kv-requests.ts';
import type { MountTable } from './mount-table.ts';
import type { Mounts } from './mounts.ts';
import { apiPath, showMount, showPath, type EnginePath } from './path.ts';
import { Refusals } from './refusals.ts';
import { resolveTarget, type EngineTarget, type StorePlace } from './target.ts';
import { forBatch, withToken } from './with-token.ts';

export interface ReaderOptions {
  readonly store: VaultConnection;
  readonly authority: Authority;
  readonly mounts: Mounts;
  readonly call: Call;
  readonly clock: Clock;
  readonly log: Logger;
  /** In the broker: names what was read. */
  readonly lending?: Lending | undefined;
}

/** Reads under way at once. */
const parallelReads = 8;

/** Finds under way at once, beside the reads: each has many requests of its own. */
const parallelFinds = 2;

const isFind = ({ find }: PlanSource): boolean => find !== undefined;

const unworded = (key: string, path: readonly string[]): ReadOutcome =>
  err(
    providerError(
      'invalid',
      `the key ${quoted(key)} would be read at ${quoted(showPath(path))}, which is not what its words say, and so not what was granted: the broker asks no engine for it`,
    ),
  );

/** Reads the sources of one store, a limited number at once. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #refusals: Refusals;
  readonly #kv: KvRequests;
  readonly #finder: Finder;
  readonly #place: StorePlace;
  readonly #warned = new Set<string>();

  constructor(options: ReaderOptions) {
    const { store, call, clock, log } = options;
    this.#options = options;
    this.#refusals = new Refusals(clock);
    this.#kv = new KvRequests({ store, call, refusals: this.#refusals });
    const byWords = options.lending !== undefined;
    this.#place = { ...store, byWords };
    this.#finder = new Finder({ store, byWords, requests: this.#kv, clock, log });
  }

  async read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]> {
    if (sources.length === 0) return [];
    const { authority, mounts } = this.#options;
    const ready = await authority.ready(signal);
    if (!ready.ok) return sources.map(() => ready);
    const table = await mounts.load(authority, signal);
    if (!table.ok) return sources.map(() => table);
    const pass = { authority: forBatch(authority), signal };
    const outcomes = await mapInLanes(
      sources,
      [
        { holds: (source) => !isFind(source), limit: parallelReads },
        { holds: isFind, limit: parallelFinds },
      ],
      (source) => this.#readOne(source, table.value, pass),
    );
    if (outcomes.some((outcome) => !outcome.ok && isPermanent(outcome.error.code))) mounts.forget();
    return outcomes;
  }

  async #readOne(source: PlanSource, table: MountTable, pass: Pass): Promise<ReadOutcome> {
    if (source.find !== undefined) return this.#finder.find(source.find, table, pass);
    const target = resolveTarget(source, this.#place, table);
    if (!target.ok) return target;
    if (target.value.kind === 'secret') {
      const { mount, secret } = target.value.path;
      return this.#named(await this.#kv.read(target.value, pass), [...mount, ...secret]);
    }
    const { takenAsFull, request } = target.value;
    const path = apiPath(request.path);
    if (takenAsFull !== undefined) this.#warnOfFullPath(source.key, takenAsFull);
    if (!this.#isWorded(source.key, path)) return unworded(source.key, path);
    return this.#named(await this.#readEngine(target.value, pass), path);
  }

  /** Whether what was granted by a key's words is this path. An engine makes credentials when it is asked: then it is too late to refuse. */
  #isWorded(key: string, segments: readonly string[]): boolean {
    const { lending, store } = this.#options;
    if (lending === undefined) return true;
    const { namespace } = store;
    return lending.vaultWords(key, store) === lending.vault({ namespace, segments });
  }

  #named(outcome: ReadOutcome, segments: readonly string[]): ReadOutcome {
    const { lending, store } = this.#options;
    if (lending === undefined || !outcome.ok) return outcome;
    const canonical = lending.vault({ namespace: store.namespace, segments });
    return ok({ ...outcome.value, canonical });
  }

  async #readEngine(
    target: EngineTarget & { readonly id: string },
    { authority, signal }: Pass,
  ): Promise<ReadOutcome> {
    const { id } = target;
    const outcome = await withToken({
      authority,
      signal,
      duty: 'leases',
      mayReplace: () => !this.#refusals.isBelieved(id),
      send: (grant) => this.#sendToEngine(target, grant, signal),
    });
    this.#refusals.note(id, outcome);
    return outcome;
  }

  async #sendToEngine(
    { request, url }: EngineTarget,
    grant: Grant,
    signal: AbortSignal,
  ): Promise<ReadOutcome> {
    const { store, call, clock, authority } = this.#options;
    const { method, body } = request;
    const { name: login, endsAt } = grant;
    const sending = { request, holder: holderOf(store.auth), login, endsAt, sentAt: clock.now() };
    const outcome = await call(
      'issue',
      {
        method,
        path: url,
        namespace: store.namespace,
        token: grant.secret,
        signal,
        ...(body === undefined ? {} : { body }),
      },
      (answer, context) => readEngineAnswer(sending, answer, context),
    );
    if (outcome.ok && (outcome.value.lease?.id ?? '') !== '') authority.hold(grant.login);
    return outcome;
  }

  #warnOfFullPath(key: string, { mount, type }: EnginePath): void {
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#options.log.warn(
      { key, mount: showMount(mount), type },
      'the key begins with a mount that is not key-value, so it is read as a full path; a leading "/" says so',
    );
  }
}
