import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource, VaultStorePlan } from '../../lib/plan.ts';
import { isPermanent } from '../../lib/provider-error.ts';
import type { ReadOutcome } from '../provider.ts';
import { readVerdict } from './answer.ts';
import type { Authority, Grant } from './authority.ts';
import type { Call } from './calls.ts';
import { readDocument } from './document.ts';
import { readEngineAnswer } from './engine-answer.ts';
import type { MountTable } from './mount-table.ts';
import type { Mounts } from './mounts.ts';
import { mapLimited } from '../parallel.ts';
import { showMount, type EnginePath } from './path.ts';
import { resolveTarget, type EngineTarget, type KvTarget, type Target } from './target.ts';
import { forBatch, withToken, type BatchAuthority } from './with-token.ts';

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

/**
 * How long a refusal that a new login did not cure is believed: a source that stays denied must not cost a login at each
 * refresh. A policy that is widened acts at once, only a role that is given another policy may take this long.
 */
const believedMilliseconds = 5 * 60_000;

/** Reads the sources of one store, a limited number at once. */
export class Reader {
  readonly #options: ReaderOptions;
  /** When a target was last refused to a fresh token, monotonic. */
  readonly #refusedAt = new Map<string, number>();
  readonly #warned = new Set<string>();

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  async read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]> {
    if (sources.length === 0) return [];
    const { authority, mounts } = this.#options;
    const ready = await authority.ready(signal);
    if (!ready.ok) return sources.map(() => ready);
    const table = await mounts.load(authority, signal);
    if (!table.ok) return sources.map(() => table);
    const batch = forBatch(authority);
    const outcomes = await mapLimited(sources, parallelReads, (source) =>
      this.#readOne(source, table.value, batch, signal),
    );
    if (outcomes.some((outcome) => !outcome.ok && isPermanent(outcome.error.code))) mounts.forget();
    return outcomes;
  }

  async #readOne(
    source: PlanSource,
    table: MountTable,
    authority: BatchAuthority,
    signal: AbortSignal,
  ): Promise<ReadOutcome> {
    const target = resolveTarget(source, this.#options.store, table);
    if (!target.ok) return target;
    if (target.value.takenAsFull !== undefined) this.#warnOfFullPath(source.key, target.value.takenAsFull);
    const { id } = target.value;
    const outcome = await withToken({
      authority,
      signal,
      duty: target.value.kind === 'engine' ? 'leases' : 'requests',
      mayReplace: () => !this.#isRefusalBelieved(id),
      send: (grant) => this.#send(target.value, grant, signal),
    });
    this.#noteRefusal(id, outcome);
    return outcome;
  }

  async #send(target: Target, grant: Grant, signal: AbortSignal): Promise<ReadOutcome> {
    return target.kind === 'secret'
      ? this.#sendToKv(target, grant, signal)
      : this.#sendToEngine(target, grant, signal);
  }

  #sendToKv(
    { path, url, version }: KvTarget,
    { secret: token }: Grant,
    signal: AbortSignal,
  ): Promise<ReadOutcome> {
    const { store, call } = this.#options;
    const request = { path, version, role: store.auth.role };
    return call(
      'read',
      { method: 'read', path: url, namespace: store.namespace, token, signal },
      (answer, context) => {
        const verdict = readVerdict(answer, context);
        return verdict.ok ? readDocument(request, verdict.value, context) : verdict;
      },
    );
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

  #isRefusalBelieved(target: string): boolean {
    const at = this.#refusedAt.get(target);
    return at !== undefined && this.#options.clock.monotonic() - at < believedMilliseconds;
  }

  #noteRefusal(target: string, outcome: ReadOutcome): void {
    if (outcome.ok) this.#refusedAt.delete(target);
    else if (outcome.error.code === 'denied' && !this.#isRefusalBelieved(target))
      this.#refusedAt.set(target, this.#options.clock.monotonic());
  }
}
