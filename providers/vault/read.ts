import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource, VaultStorePlan } from '../../lib/plan.ts';
import { isPermanent } from '../../lib/provider-error.ts';
import { mapInLanes } from '../parallel.ts';
import type { ReadOutcome } from '../provider.ts';
import type { Authority, Grant } from './authority.ts';
import type { Call } from './calls.ts';
import { readEngineAnswer } from './engine-answer.ts';
import { Finder } from './find.ts';
import { KvRequests, type Pass } from './kv-requests.ts';
import type { MountTable } from './mount-table.ts';
import type { Mounts } from './mounts.ts';
import { showMount, type EnginePath } from './path.ts';
import { Refusals } from './refusals.ts';
import { resolveTarget, type EngineTarget } from './target.ts';
import { forBatch, withToken } from './with-token.ts';

export interface ReaderOptions {
  readonly store: VaultStorePlan;
  readonly authority: Authority;
  readonly mounts: Mounts;
  readonly call: Call;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Reads under way at once. */
const parallelReads = 8;

/** Finds under way at once, beside the reads: each has many requests of its own. */
const parallelFinds = 2;

const isFind = ({ find }: PlanSource): boolean => find !== undefined;

/** Reads the sources of one store, a limited number at once. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #refusals: Refusals;
  readonly #kv: KvRequests;
  readonly #finder: Finder;
  readonly #warned = new Set<string>();

  constructor(options: ReaderOptions) {
    const { store, call, clock, log } = options;
    this.#options = options;
    this.#refusals = new Refusals(clock);
    this.#kv = new KvRequests({ store, call, refusals: this.#refusals });
    this.#finder = new Finder({ store, requests: this.#kv, clock, log });
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
    const target = resolveTarget(source, this.#options.store, table);
    if (!target.ok) return target;
    if (target.value.kind === 'secret') return this.#kv.read(target.value, pass);
    if (target.value.takenAsFull !== undefined) this.#warnOfFullPath(source.key, target.value.takenAsFull);
    return this.#readEngine(target.value, pass);
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
    const sending = { request, role: store.auth.role, login, endsAt, sentAt: clock.now() };
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
