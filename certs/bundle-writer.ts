import type { Clock } from '../lib/clock.ts';
import { backoffDelay, type Random } from '../lib/kube/backoff.ts';
import type { KubeFailure } from '../lib/kube/failure.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { Logger } from '../lib/log.ts';
import type { Result } from '../lib/result.ts';
import type { BundleTarget, Watched } from './bundle-target.ts';
import { parseBundle, trackMissing, type MissingPods } from './core/bundle.ts';
import { lately, writesAtOnce } from './core/rewrites.ts';
import { wantedBundles, type Bundles, type Remembered } from './core/repair.ts';

export interface BundleWriterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly target: BundleTarget;
  /** All pods of the namespace that the replicas run in. */
  readonly pods: Watched<KubeObject>;
  readonly podUid: string;
  /** Marks certificates as those of our service. */
  readonly serviceName: string;
  /** Whether certificates of others go when they have expired. */
  readonly othersExpire?: boolean;
}

const conflict = 409;
const conflictBackoff = { baseMilliseconds: 100, capMilliseconds: 5000 };
const failureBackoff = { baseMilliseconds: 1000, capMilliseconds: 30_000 };

/** A watch of pods that has been down for longer does not say which are gone. */
const podsStaleAfter = 60_000;
/** Looks are at most a minute apart, unless the process was paused: then it does not know how the pods have been meanwhile. */
const pausedAfter = 120_000;

/** Between writes that somebody else keeps undoing. */
const slowWrites = 15_000;

/**
 * Brings the bundles of an object to what they should be. Every write is computed from the object as the API server has it at that moment and
 * goes through only if nobody wrote in between, so that replicas need no leader to agree.
 */
export class BundleWriter {
  readonly #options: BundleWriterOptions;
  readonly #signal: AbortSignal;
  #missing: MissingPods = new Map();
  #remembered: Remembered = [];
  #lookedAt: number;
  #writes: readonly number[] = [];
  #writeNotBefore = 0;
  #failures = 0;
  #said: string | undefined;

  constructor(options: BundleWriterOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#lookedAt = options.clock.monotonic();
  }

  /** Fingerprints of the certificates that are in every bundle of the object, as the watch shows it. */
  seen(): ReadonlySet<string> {
    const { serviceName, target } = this.#options;
    const sets = (target.watched() ?? []).map(
      (text) => new Set(parseBundle(text, serviceName).map(({ fingerprint }) => fingerprint)),
    );
    const [first = new Set<string>(), ...others] = sets;
    return others.reduce((common, set) => common.intersection(set), first);
  }

  /**
   * Compares and, if need be, writes. `own` are this replica's certificates (PEM) that have to be in the bundles. Returns in how many
   * milliseconds to call again though nothing is observed to change.
   */
  async look(own: readonly string[]): Promise<number> {
    const { clock } = this.#options;
    const bundles = this.#watched();
    if (bundles === undefined) return Infinity;
    this.#observePods(bundles);
    if (!this.#compute(bundles, own).changed) return Infinity;
    const wait = this.#writeNotBefore - clock.monotonic();
    return wait > 0 ? wait : this.#write(own);
  }

  /** One empty bundle stands for an object that is to be made. */
  #watched(): readonly string[] | undefined {
    const { target } = this.#options;
    const bundles = target.watched();
    if (bundles !== undefined || !target.synced) return bundles;
    const { whenMissing, id } = target;
    if (whenMissing.kind === 'create') return [''];
    this.#say(`there is no ${id}${whenMissing.text}`, {}, whenMissing.level);
    return undefined;
  }

  #observePods(bundles: readonly string[]): void {
    const { clock, pods, serviceName } = this.#options;
    const monotonic = clock.monotonic();
    const paused = monotonic - this.#lookedAt > pausedAfter;
    this.#lookedAt = monotonic;
    const known =
      paused || pods.staleMilliseconds > podsStaleAfter ? new Map<string, number>() : this.#missing;
    this.#missing = trackMissing(known, {
      entries: parseBundle(bundles.join('\n'), serviceName),
      podUids: new Set(pods.objects.list().flatMap(({ metadata }) => metadata.uid ?? [])),
      monotonic,
    });
  }

  #compute(present: readonly string[], own: readonly string[]): Bundles {
    const { clock, podUid, serviceName, othersExpire = false } = this.#options;
    const bundles = wantedBundles(present, this.#remembered, {
      serviceName,
      ownUid: podUid,
      own,
      missing: this.#missing,
      othersExpire,
      now: clock.now(),
      monotonic: clock.monotonic(),
    });
    this.#remembered = bundles.remembered;
    return bundles;
  }

  async #write(own: readonly string[]): Promise<number> {
    const { target } = this.#options;
    const fresh = await target.get(this.#signal);
    if (!fresh.ok) return this.#failed(fresh.error);
    if (fresh.value === undefined && target.whenMissing.kind === 'wait') return Infinity;
    const bundles = this.#compute(fresh.value?.bundles ?? [''], own);
    if (!bundles.changed) return Infinity;
    const written = await this.#send(fresh.value?.resourceVersion, bundles.wanted);
    if (!written.ok) return this.#failed(written.error);
    this.#written(bundles);
    return Infinity;
  }

  #send(
    resourceVersion: string | undefined,
    bundles: readonly string[],
  ): Promise<Result<unknown, KubeFailure>> {
    const { target } = this.#options;
    if (resourceVersion === undefined && target.whenMissing.kind === 'create')
      return target.whenMissing.create(bundles, this.#signal);
    return target.patch({ resourceVersion: resourceVersion ?? '', bundles }, this.#signal);
  }

  #written({ wanted }: Bundles): void {
    const { clock, log, serviceName, target } = this.#options;
    const monotonic = clock.monotonic();
    this.#failures = 0;
    this.#writes = [...lately(this.#writes, monotonic), monotonic];
    const certificates = parseBundle(wanted.join('\n'), serviceName).length;
    log.info({ object: target.id, certificates }, `wrote ${target.what}`);
    if (this.#writes.length < writesAtOnce) {
      this.#said = undefined;
      return;
    }
    this.#writeNotBefore = monotonic + slowWrites;
    this.#say(`something else keeps changing ${target.what} (${target.suspect}); writing slowly`);
  }

  #failed(failure: KubeFailure): number {
    const { clock, random, log, target } = this.#options;
    if (this.#signal.aborted) return Infinity;
    this.#failures += 1;
    const backoff = failure.status === conflict ? conflictBackoff : failureBackoff;
    const wait = Math.max(backoffDelay(this.#failures, backoff, random), failure.retryAfterMilliseconds ?? 0);
    this.#writeNotBefore = clock.monotonic() + wait;
    const fields = { object: target.id, status: failure.status, reason: failure.message };
    if (failure.status === conflict)
      log.debug(fields, `another replica wrote ${target.what} first; trying again`);
    else {
      const rights = target.whenMissing.kind === 'create' ? 'create, get and patch' : 'get and patch';
      this.#say(
        `cannot write ${target.what}${failure.status === 403 ? `: grant ${rights} on it` : ''}`,
        fields,
      );
    }
    return wait;
  }

  /** Says the same thing once. */
  #say(text: string, fields: object = {}, level: 'info' | 'warn' = 'warn'): void {
    if (this.#said === text) return;
    this.#said = text;
    this.#options.log[level](fields, text);
  }
}
