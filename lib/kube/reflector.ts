import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { backoffDelay, pause, type Random } from './backoff.ts';
import type { KubeConnection } from './connection.ts';
import { responseFailure, statusFailure, thrownFailure, type KubeFailure } from './failure.ts';
import { FailureReport } from './failure-report.ts';
import { listAll } from './list.ts';
import type { KubeObject } from './object.ts';
import { ObjectStore } from './object-store.ts';
import { isCustom, type KubeResource } from './resource.ts';
import { inWatch } from './watch-request.ts';
import { WatchRounds } from './watch-rounds.ts';
import { MalformedEventError, watchEvents, type WatchEvent } from './watch-stream.ts';

export interface ReflectorOptions<T extends KubeObject> {
  readonly connection: KubeConnection;
  readonly resource: KubeResource;
  /** `apiVersion`s to try, in this order, where the server does not serve that of the resource. */
  readonly olderApiVersions?: readonly string[];
  /** Makes what arrives what is kept: as little as its readers need. Undefined: not one of ours, or not understood; skipped. */
  readonly transform: (value: unknown) => T | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** How a list and watch came to its end. */
type Outcome =
  | { readonly kind: 'ended' }
  /** The server no longer knows the version that we stand at. */
  | { readonly kind: 'expired' }
  | { readonly kind: 'failed'; readonly failure: KubeFailure };

const backoff = { baseMilliseconds: 1000, capMilliseconds: 30_000 };
/** Somebody who has just installed our CustomResourceDefinitions should not wait long. */
const missingBackoff = { baseMilliseconds: 1000, capMilliseconds: 10_000 };
/** A starting API server may say 404 of a custom resource that it does have; objects are given up for lost after this. */
const missingLimit = 120_000;
const gone = 410;
const missing = 404;

/**
 * Keeps the objects of one resource in memory by list and watch, for as long as it runs
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).
 *
 * Why not the client library's informer (`ListWatch`): it stops for good at the first error that is not a 410, lists in one piece, keeps whole
 * objects, asks for no bookmarks, ignores errors within its listeners and lines that it cannot parse, and cannot be stopped while
 * it connects. Requests, credentials and TLS are the library's (`connect`).
 *
 * No outage empties it: objects go only when the server says so, by a DELETED event, by a list without them, or by a custom
 * resource that is missing for two minutes on end.
 */
export class Reflector<T extends KubeObject> {
  readonly objects: ObjectStore<T>;
  readonly whenSynced: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #report: FailureReport;
  readonly #rounds: WatchRounds;
  readonly #stop = new AbortController();
  readonly #settleSynced: () => void;
  readonly #running: Promise<void>;
  #synced = false;
  #live = false;
  #lastCurrent: number | undefined;
  #version: string | undefined;
  /** The resource in the version that the latest list found. */
  #served: KubeResource;
  #missingSince: number | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#served = options.resource;
    this.objects = new ObjectStore(options.clock);
    this.#rounds = new WatchRounds(options.clock);
    this.#report = new FailureReport(options.resource, options.log);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.whenSynced = promise;
    this.#settleSynced = () => {
      resolve(undefined);
    };
    this.#running = this.#run();
  }

  /** Whether the resource has been read once (or is known not to be installed). Never goes back to false. */
  get synced(): boolean {
    return this.#synced;
  }

  /**
   * For how long the objects may have been out of date, in milliseconds: 0 while a watch is open, infinite before the first list. A
   * connection that dies without a word is found out after at most 130 s.
   */
  get staleMilliseconds(): number {
    if (this.#live) return 0;
    return this.#lastCurrent === undefined ? Infinity : this.#options.clock.monotonic() - this.#lastCurrent;
  }

  /** Ends everything; the objects stay readable. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.objects.close();
    this.#settleSynced();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const outcome = await this.#round();
      if (!(await pause(clock, this.#delayAfter(outcome), signal))) return;
    }
  }

  async #round(): Promise<Outcome> {
    this.#rounds.begin();
    try {
      const failure = this.#version === undefined ? await this.#list() : undefined;
      return failure === undefined ? await this.#watch() : { kind: 'failed', failure };
    } catch (error) {
      if (error instanceof MalformedEventError) this.#version = undefined;
      return { kind: 'failed', failure: thrownFailure(error) };
    } finally {
      if (this.#live) this.#lastCurrent = this.#options.clock.monotonic();
      this.#live = false;
    }
  }

  async #list(): Promise<KubeFailure | undefined> {
    const { connection, resource, olderApiVersions = [], clock, transform } = this.#options;
    const { signal } = this.#stop;
    const asked = clock.monotonic();
    this.#served = resource;
    let listed = await listAll({ connection, resource, clock, parse: transform, signal });
    for (const apiVersion of olderApiVersions) {
      if (listed.ok || listed.error.status !== missing) break;
      this.#served = { ...resource, apiVersion };
      listed = await listAll({ connection, resource: this.#served, clock, parse: transform, signal });
    }
    if (!listed.ok) return listed.error;
    this.#version = listed.value.resourceVersion;
    this.#missingSince = undefined;
    // Whoever is called by the next line may ask for how long the objects have been out of date.
    this.#lastCurrent = asked;
    this.objects.replace(listed.value.objects);
    this.#becomeSynced();
    return undefined;
  }

  async #watch(): Promise<Outcome> {
    const { connection, clock, random } = this.#options;
    const [resource, version, signal] = [this.#served, this.#version ?? '', this.#stop.signal];
    return inWatch({ connection, resource, version, clock, random, signal }, async (response) => {
      if (response.status !== 200) return refused(await responseFailure(response));
      this.#live = true;
      this.#rounds.opened();
      this.#report.recovered();
      for await (const event of watchEvents(response.chunks())) {
        const end = this.#apply(event);
        if (end !== undefined) return end;
        this.#rounds.progressed();
      }
      return { kind: 'ended' };
    });
  }

  #apply({ type, object }: WatchEvent): Outcome | undefined {
    if (type === 'ERROR') return refused(statusFailure(object));
    const version = versionOf(object);
    if (version === undefined) throw new MalformedEventError('the watch sent an object without a version');
    if (type !== 'BOOKMARK') this.#change(type, object);
    this.#version = version;
    return undefined;
  }

  #change(type: 'ADDED' | 'MODIFIED' | 'DELETED', value: unknown): void {
    const object = this.#options.transform(value);
    if (object === undefined) return;
    if (type === 'DELETED') this.objects.delete(object.metadata.namespace, object.metadata.name);
    else this.objects.set(object);
  }

  /** Takes note of how a round ended; how long to wait before the next, in milliseconds. */
  #delayAfter(outcome: Outcome): number {
    const { random } = this.#options;
    if (this.#stop.signal.aborted) return 0;
    const tries = this.#rounds.end();
    if (outcome.kind !== 'failed') {
      if (outcome.kind === 'expired') this.#version = undefined;
      return tries === 1 ? 0 : backoffDelay(tries - 1, backoff, random);
    }
    const { failure } = outcome;
    this.#report.failed(failure, tries);
    if (failure.status === missing) return this.#delayWhileMissing(tries);
    return Math.max(backoffDelay(tries, backoff, random), failure.retryAfterMilliseconds ?? 0);
  }

  #delayWhileMissing(tries: number): number {
    const { clock, random, resource } = this.#options;
    this.#version = undefined;
    if (isCustom(resource)) {
      this.#missingSince ??= clock.monotonic();
      if (clock.monotonic() - this.#missingSince >= missingLimit) this.objects.replace([]);
      if (this.objects.size === 0) this.#becomeSynced();
    }
    return backoffDelay(tries, missingBackoff, random);
  }

  #becomeSynced(): void {
    this.#synced = true;
    this.#settleSynced();
  }
}

const refused = (failure: KubeFailure): Outcome =>
  failure.status === gone ? { kind: 'expired' } : { kind: 'failed', failure };

const versionOf = (object: unknown): string | undefined => {
  const version = (object as { metadata?: { resourceVersion?: unknown } | null }).metadata?.resourceVersion;
  return typeof version === 'string' && version !== '' ? version : undefined;
};
