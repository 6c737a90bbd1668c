import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../lib/clock.ts';
import { backoffDelay, pause, type Random } from '../../lib/kube/backoff.ts';
import type { ObjectCache } from '../../lib/kube/cache.ts';
import type { KubeConnection } from '../../lib/kube/connection.ts';
import type { KubeFailure } from '../../lib/kube/failure.ts';
import type { KubeObject } from '../../lib/kube/object.ts';
import type { ObjectChange } from '../../lib/kube/object-store.ts';
import type { Logger } from '../../lib/log.ts';
import { Nap } from '../../lib/nap.ts';
import { catalogueOf } from '../catalogue.ts';
import { isJudged, judgedKinds, type JudgedKind, type KnownToJudge } from '../core/judge.ts';
import { isDue, nextStatus, verdictOf, type Checked, type ObjectStatus } from '../core/object-status.ts';
import type { Settings } from '../core/settings.ts';
import { readStatuses, writeStatus } from './api.ts';
import { StatusQueue, type StatusKey } from './queue.ts';

export interface StatusWriterOptions {
  readonly connection: KubeConnection;
  readonly cache: ObjectCache;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

type JudgedObject = KubeObject & { readonly kind: JudgedKind };

const kinds = Object.keys(judgedKinds) as readonly JudgedKind[];

/** Everything is looked at so often: what was checked long ago, and what depends on something else than itself. */
const lookEvery = 60_000;
/** A changed store may concern many ExternalSecrets; more changes may follow. */
const lookSoon = 3000;
/** Between two writes: 2,000 new objects take two minutes, and the API server hardly notices. */
const spacing = 50;
const answerWithin = 10_000;
/** Admissions come first: so many objects are judged in one turn of the event loop. */
const judgedAtOnce = 25;
const backoff = { baseMilliseconds: 1000, capMilliseconds: 60_000 };

/** What concerns one object alone, and would be the same again. */
const isOfObject = ({ status }: KubeFailure): boolean => status === 404 || status === 422;

class StatusWriter {
  readonly #options: StatusWriterOptions;
  readonly #signal: AbortSignal;
  readonly #known: KnownToJudge;
  readonly #queue = new StatusQueue();
  readonly #nap = new Nap();
  /** What objects have, by uid. */
  #written = new Map<string, ObjectStatus>();
  #lookAt = 0;
  #failures = 0;
  #said: string | undefined;

  constructor(options: StatusWriterOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    this.#known = { catalogue: catalogueOf(options.cache), settings: options.settings };
  }

  async run(): Promise<void> {
    const { cache, clock } = this.#options;
    const unsubscribe = kinds.map((kind) =>
      cache.onChange(kind, (change) => {
        this.#changed(kind, change);
      }),
    );
    if (await this.#readWritten()) {
      while (!this.#signal.aborted) {
        if (clock.monotonic() >= this.#lookAt) await this.#lookAtAll();
        const key = this.#queue.next();
        if (key === undefined) await this.#nap.take(clock, this.#lookAt - clock.monotonic(), this.#signal);
        else if (await this.#check(key)) await pause(clock, spacing, this.#signal);
      }
    }
    for (const end of unsubscribe) end();
  }

  /** What there is already; false when aborted. */
  async #readWritten(): Promise<boolean> {
    const { cache, connection, clock } = this.#options;
    const aborted = new Promise<void>((resolve) => {
      this.#signal.addEventListener('abort', () => {
        resolve();
      });
    });
    await Promise.race([cache.whenSynced, aborted]);
    while (!this.#signal.aborted) {
      const read = await readStatuses(connection, clock, this.#signal).catch((): undefined => undefined);
      if (read?.ok === true) {
        this.#written = read.value;
        this.#lookAt = clock.monotonic();
        return true;
      }
      await this.#failed(read?.error ?? { status: undefined, message: 'the API server cannot be reached' });
    }
    return false;
  }

  /** A change of something else than the spec, our own of the status among them, changes no verdict. */
  #changed(kind: JudgedKind, change: ObjectChange<KubeObject>): void {
    if (
      change.type === 'modified' &&
      change.object.metadata.generation === change.previous.metadata.generation
    )
      return;
    if (change.type !== 'deleted') {
      const { namespace, name } = change.object.metadata;
      this.#queue.add({ kind, namespace, name }, { changed: true });
    }
    if (kind !== 'ExternalSecret') this.#lookWithin(lookSoon);
    this.#nap.wake();
  }

  #lookWithin(milliseconds: number): void {
    this.#lookAt = Math.min(this.#lookAt, this.#options.clock.monotonic() + milliseconds);
  }

  /** Queues what is due, and forgets what is gone. */
  async #lookAtAll(): Promise<void> {
    const { cache, clock } = this.#options;
    this.#lookAt = clock.monotonic() + lookEvery;
    const uids = new Set<string>();
    let judged = 0;
    for (const kind of kinds)
      for (const object of cache.list(kind)) {
        const { uid = '', namespace, name } = object.metadata;
        uids.add(uid);
        if (isJudged(object) && isDue(this.#judge(object), uid, this.#written.get(uid)))
          this.#queue.add({ kind, namespace, name }, { changed: false });
        judged += 1;
        if (judged % judgedAtOnce === 0) await nextTurn();
        if (this.#signal.aborted) return;
      }
    for (const uid of this.#written.keys()) if (!uids.has(uid)) this.#written.delete(uid);
  }

  #judge(object: JudgedObject): Checked {
    return {
      generation: object.metadata.generation ?? 0,
      verdict: verdictOf(object, this.#known),
      now: this.#options.clock.now(),
    };
  }

  /** Writes the status of an object where it is due; whether anything was written. */
  async #check({ kind, namespace, name }: StatusKey): Promise<boolean> {
    const { cache, connection, clock } = this.#options;
    const object = cache.get({ kind, namespace, name });
    if (object === undefined || !isJudged(object)) return false;
    if (object.metadata.deletionTimestamp !== undefined) return false;
    const { uid = '' } = object.metadata;
    const checked = this.#judge(object);
    const before = this.#written.get(uid);
    if (!isDue(checked, uid, before)) return false;
    const status = nextStatus(checked, before);
    const asking = { connection, clock, milliseconds: answerWithin, signal: this.#signal };
    const written = await writeStatus(asking, object, status);
    // What cannot be written counts as written: it is tried again when it would say something else, or is stale.
    if (written.ok || isOfObject(written.error)) this.#written.set(uid, status);
    if (written.ok) this.#succeeded();
    else await this.#failed(written.error);
    return true;
  }

  #succeeded(): void {
    this.#failures = 0;
    this.#said = undefined;
  }

  async #failed(failure: KubeFailure): Promise<void> {
    const { clock, random, log } = this.#options;
    if (this.#signal.aborted) return;
    const fields = { status: failure.status, reason: failure.message };
    if (failure.status === 409) {
      // It has changed meanwhile; the watch brings it.
      log.debug(fields, 'the status of an object that has changed is not written');
      this.#lookWithin(lookSoon);
      return;
    }
    if (isOfObject(failure)) {
      this.#say(
        fields,
        'the status of an object cannot be written (older CustomResourceDefinitions have none)',
      );
      return;
    }
    this.#failures += 1;
    const advice = failure.status === 403 ? ': grant patch on the status of Keyferry’s resources' : '';
    this.#say(fields, `cannot write the status of objects${advice}`);
    const delay = backoffDelay(this.#failures, backoff, random);
    this.#lookWithin(lookSoon);
    await pause(clock, Math.max(delay, failure.retryAfterMilliseconds ?? 0), this.#signal);
  }

  /** Says the same thing once. */
  #say(fields: object, text: string): void {
    if (this.#said === text) return;
    this.#said = text;
    this.#options.log.warn(fields, text);
  }
}

/**
 * Keeps the status of Keyferry's own SecretStores, ClusterSecretStores and ExternalSecrets until `signal` aborts: one write at a time,
 * with a pause after each, and only where it says something new or is an hour old.
 */
export const writeStatuses = (options: StatusWriterOptions, signal: AbortSignal): Promise<void> =>
  new StatusWriter(options, signal).run();
