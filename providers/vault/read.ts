import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanSource, VaultStorePlan } from '../../lib/plan.ts';
import { isPermanent, providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import type { ReadOutcome } from '../provider.ts';
import { readVerdict } from './answer.ts';
import type { Authority } from './authority.ts';
import type { Call } from './calls.ts';
import { readDocument } from './document.ts';
import type { MountTable } from './mount-table.ts';
import type { Mounts } from './mounts.ts';
import { mapLimited } from './parallel.ts';
import {
  apiPath,
  encodePath,
  resolveKey,
  showMount,
  unsupportedEngine,
  type EnginePath,
  type SecretPath,
} from './path.ts';
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

interface Target {
  readonly path: SecretPath;
  /** Encoded, with its query. */
  readonly url: string;
  readonly version: string | undefined;
}

const versionQuery = (
  version: string | undefined,
  { kvVersion, mount }: SecretPath,
): Result<string, ProviderError> => {
  if (version === undefined) return ok('');
  if (kvVersion === 1)
    return err(
      providerError(
        'invalid',
        `${showMount(mount)} is KV version 1, which keeps no versions; the ref asks for version ${quoted(version)}`,
      ),
    );
  return /^[1-9][0-9]{0,8}$/.test(version)
    ? ok(`?version=${version}`)
    : err(providerError('invalid', `the version ${quoted(version)} is not a number like 3`));
};

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
    const target = this.#target(source, table);
    if (!target.ok) return target;
    const { store, call } = this.#options;
    const { path, url, version } = target.value;
    const request = { path, version, role: store.auth.role };
    const outcome = await withToken({
      authority,
      signal,
      mayReplace: () => !this.#isRefusalBelieved(url),
      send: (token) =>
        call(
          'read',
          { method: 'read', path: url, namespace: store.namespace, token, signal },
          (answer, context) => {
            const verdict = readVerdict(answer, context);
            return verdict.ok ? readDocument(request, verdict.value, context) : verdict;
          },
        ),
    });
    this.#noteRefusal(url, outcome);
    return outcome;
  }

  #target({ key, version }: PlanSource, mounts: MountTable): Result<Target, ProviderError> {
    const { store } = this.#options;
    const resolved = resolveKey(key, { storePath: store.path, kvVersion: store.kvVersion, mounts });
    if (!resolved.ok) return resolved;
    const path = resolved.value;
    if (path.kind === 'engine') {
      if (path.takenAsFull) this.#warnOfFullPath(key, path);
      return err(unsupportedEngine(path));
    }
    const query = versionQuery(version, path);
    if (!query.ok) return query;
    const encoded = encodePath(apiPath(path));
    if (encoded === undefined)
      return err(providerError('invalid', `the key ${quoted(key)} cannot be part of a URL`));
    return ok({ path, url: encoded + query.value, version });
  }

  #warnOfFullPath(key: string, { mount, type }: EnginePath): void {
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#options.log.warn(
      { key, mount: showMount(mount), type },
      'the key begins with a mount that is not key-value, so it is read as a full path; a leading "/" says so',
    );
  }

  #isRefusalBelieved(url: string): boolean {
    const at = this.#refusedAt.get(url);
    return at !== undefined && this.#options.clock.monotonic() - at < believedMilliseconds;
  }

  #noteRefusal(url: string, outcome: ReadOutcome): void {
    if (outcome.ok) this.#refusedAt.delete(url);
    else if (outcome.error.code === 'denied' && !this.#isRefusalBelieved(url))
      this.#refusedAt.set(url, this.#options.clock.monotonic());
  }
}
