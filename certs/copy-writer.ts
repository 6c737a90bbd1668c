import { trustConfigMap, trustKey } from '../lib/broker/names.ts';
import type { Clock } from '../lib/clock.ts';
import type { Asking } from '../lib/kube/ask.ts';
import { backoffDelay, type Random } from '../lib/kube/backoff.ts';
import { createConfigMap, patchConfigMap, type ConfigMap } from '../lib/kube/config-map.ts';
import type { KubeConnection } from '../lib/kube/connection.ts';
import type { KubeFailure } from '../lib/kube/failure.ts';
import type { Logger } from '../lib/log.ts';
import type { Result } from '../lib/result.ts';
import { lately, writesAtOnce } from './core/rewrites.ts';
import { stateOf, trustLabels } from './core/trust-copies.ts';

export interface CopyWriterOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** A write that went through: what it wrote, over which version, when, and whether the watch has shown it since. */
interface Write {
  readonly bundle: string;
  readonly over: string;
  readonly at: number;
  readonly shown: boolean;
}

/** What is known of the copy in one namespace. Times are monotonic milliseconds. */
interface Place {
  readonly failures: number;
  readonly notBefore: number;
  /** Whether the API server said that we may not write it. */
  readonly refused: boolean;
  /** The last write that went through. */
  readonly last?: Write | undefined;
  /** When this same bundle was written lately. More than once: somebody undoes it. */
  readonly writes: readonly number[];
  /** When somebody else was quicker lately. Again and again: somebody who keeps writing. */
  readonly conflicts: readonly number[];
}

const fresh: Place = { failures: 0, notBefore: 0, refused: false, writes: [], conflicts: [] };

const backoff = { baseMilliseconds: 1000, capMilliseconds: 60_000 };
const answerWithin = 15_000;
/** A watch shows a write sooner than this; if not, it has missed it. */
const shownWithin = 10_000;
const conflict = 409;
/** The namespace is going or gone, has no room, or somebody made the ConfigMap immutable: what waiting does not cure. */
const refusals: ReadonlySet<number | undefined> = new Set([403, 404, 422]);

/** Between writes that somebody else keeps undoing. */
const slowWrites = 30_000;

/** Writes the copies, each namespace with a back-off of its own. */
export class CopyWriter {
  readonly #options: CopyWriterOptions;
  readonly #signal: AbortSignal;
  readonly #places = new Map<string, Place>();

  constructor(options: CopyWriterOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Whether those who wait for all copies wait for this one too: not where we may not write it, nor where somebody keeps writing it too. */
  counts(namespace: string): boolean {
    const { refused, writes, conflicts } = this.#places.get(namespace) ?? fresh;
    return !refused && [writes, conflicts].every((times) => this.#recent(times).length < writesAtOnce);
  }

  /** Forgets what was with namespaces that are no longer of interest. */
  forgetOthers(namespaces: ReadonlySet<string>): void {
    for (const namespace of this.#places.keys())
      if (!namespaces.has(namespace)) this.#places.delete(namespace);
  }

  /** Makes a copy what it has to be, if it is not; returns in how many milliseconds to try again, infinite where there is no need. */
  async keep(namespace: string, copy: ConfigMap | undefined, bundle: string): Promise<number> {
    const place = this.#places.get(namespace) ?? fresh;
    if (stateOf(copy, bundle) === 'same') {
      const last = place.last && { ...place.last, shown: true };
      this.#places.set(namespace, { ...place, failures: 0, refused: false, last });
      return Infinity;
    }
    const over = copy?.metadata.resourceVersion ?? '';
    const wait = this.#waits(place, bundle, over);
    if (wait > 0) return wait;
    const at = this.#options.clock.monotonic();
    const written = await this.#write(namespace, copy, bundle);
    if (!written.ok) return this.#failed(namespace, place, written.error);
    this.#written(namespace, place, { bundle, over, at, shown: false });
    return Infinity;
  }

  /** For how long to leave a copy alone, in milliseconds, though it is not what it has to be. */
  #waits({ notBefore, last }: Place, bundle: string, over: string): number {
    const now = this.#options.clock.monotonic();
    // It has gone through already, and the watch has yet to show it.
    const isUnderWay =
      last?.shown === false && last.bundle === bundle && last.over === over && now - last.at < shownWithin;
    return Math.max(notBefore - now, isUnderWay ? shownWithin : 0);
  }

  #recent(times: readonly number[]): readonly number[] {
    return lately(times, this.#options.clock.monotonic());
  }

  #write(
    namespace: string,
    copy: ConfigMap | undefined,
    bundle: string,
  ): Promise<Result<ConfigMap, KubeFailure>> {
    const { connection, clock } = this.#options;
    const asking: Asking = { connection, clock, milliseconds: answerWithin, signal: this.#signal };
    const name = { namespace, name: trustConfigMap };
    const content = { labels: trustLabels, data: { [trustKey]: bundle } };
    if (copy === undefined) return createConfigMap(asking, name, content);
    return patchConfigMap(asking, name, {
      ...content,
      resourceVersion: copy.metadata.resourceVersion ?? '',
    });
  }

  #written(namespace: string, place: Place, last: Write): void {
    const again = place.last?.bundle === last.bundle ? this.#recent(place.writes) : [];
    const writes = [...again, last.at];
    const undone = writes.length >= writesAtOnce;
    if (writes.length === writesAtOnce)
      this.#options.log.warn(
        { namespace },
        `something else keeps changing ConfigMap ${trustConfigMap}; writing slowly`,
      );
    const notBefore = undone ? last.at + slowWrites : 0;
    const { conflicts } = place;
    this.#places.set(namespace, { failures: 0, notBefore, refused: false, last, writes, conflicts });
  }

  #failed(namespace: string, place: Place, failure: KubeFailure): number {
    const { clock, random, log } = this.#options;
    const { status, message: reason } = failure;
    if (this.#signal.aborted) return Infinity;
    const failures = place.failures + 1;
    const now = clock.monotonic();
    const conflicts = this.#recent(place.conflicts);
    const wait = Math.max(backoffDelay(failures, backoff, random), failure.retryAfterMilliseconds ?? 0);
    // Somebody was quicker: the watch shows it in a moment.
    if (status !== conflict && failures === 1)
      log.warn({ namespace, status, reason }, `cannot write ConfigMap ${trustConfigMap}; trying again`);
    this.#places.set(namespace, {
      ...place,
      failures,
      refused: refusals.has(status),
      conflicts: status === conflict ? [...conflicts, now] : conflicts,
      notBefore: now + wait,
    });
    return wait;
  }
}
