import type { Clock } from '../lib/clock.ts';
import { backoffDelay, type Random } from '../lib/kube/backoff.ts';
import type { KubeFailure } from '../lib/kube/failure.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { ObjectStore } from '../lib/kube/object-store.ts';
import type {
  WebhookConfiguration,
  WebhookConfigurationClient,
  WebhookConfigurationKind,
} from '../lib/kube/webhook-configuration.ts';
import type { Logger } from '../lib/log.ts';
import { parseBundle, trackMissing, type MissingPods } from './core/bundle.ts';
import { wantedBundles, type Bundles, type Remembered } from './core/repair.ts';

/** Objects kept by a watch (`Reflector`). */
interface Watched<T extends KubeObject> {
  readonly objects: ObjectStore<T>;
  /** Whether an object that is not there does not exist, as far as is known. */
  readonly synced: boolean;
  /** For how long the objects may have been out of date. */
  readonly staleMilliseconds: number;
}

/** One configuration whose bundles are kept. */
export interface BundleTarget {
  readonly kind: WebhookConfigurationKind;
  readonly configurations: Watched<WebhookConfiguration>;
  readonly client: WebhookConfigurationClient;
  /** What is said, after its name, where there is none. */
  readonly whenMissing: { readonly level: 'info' | 'warn'; readonly text: string };
}

export interface BundleWriterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly target: BundleTarget;
  /** All pods of the namespace that the replicas run in. */
  readonly pods: Watched<KubeObject>;
  /** Of whichever kind. */
  readonly configurationName: string;
  readonly podUid: string;
  /** Marks certificates as those of our service. */
  readonly serviceName: string;
}

const conflict = 409;
const conflictBackoff = { baseMilliseconds: 100, capMilliseconds: 5000 };
const failureBackoff = { baseMilliseconds: 1000, capMilliseconds: 30_000 };

/** A watch of pods that has been down for longer does not say which are gone. */
const podsStaleAfter = 60_000;
/** Looks are at most a minute apart, unless the process was paused: then it does not know how the pods have been meanwhile. */
const pausedAfter = 120_000;

/** Somebody else who keeps undoing our writes must not keep the API server busy: so many in a minute, then one in a while. */
const writesAtOnce = 5;
const writesWindow = 60_000;
const slowWrites = 15_000;

/**
 * Brings the bundles of the webhook configuration to what they should be. Every write is computed from the configuration as the API server
 * has it at that moment and goes through only if nobody wrote in between, so that replicas need no leader to agree.
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

  /** Fingerprints of the certificates that are in every bundle of the configuration, as the watch shows it. */
  seen(): ReadonlySet<string> {
    const { serviceName } = this.#options;
    const sets = (this.#configuration()?.caBundles ?? []).map(
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
    const { clock, target } = this.#options;
    const configuration = this.#configuration();
    if (configuration === undefined) {
      if (target.configurations.synced)
        this.#say(
          `there is no ${this.#configurationId()}${target.whenMissing.text}`,
          {},
          target.whenMissing.level,
        );
      return Infinity;
    }
    this.#observePods(configuration);
    if (!this.#compute(configuration, own).changed) return Infinity;
    const wait = this.#writeNotBefore - clock.monotonic();
    return wait > 0 ? wait : this.#write(own);
  }

  #configuration(): WebhookConfiguration | undefined {
    const { target, configurationName } = this.#options;
    return target.configurations.objects.get(undefined, configurationName);
  }

  #observePods({ caBundles }: WebhookConfiguration): void {
    const { clock, pods, serviceName } = this.#options;
    const monotonic = clock.monotonic();
    const paused = monotonic - this.#lookedAt > pausedAfter;
    this.#lookedAt = monotonic;
    const known =
      paused || pods.staleMilliseconds > podsStaleAfter ? new Map<string, number>() : this.#missing;
    this.#missing = trackMissing(known, {
      entries: parseBundle(caBundles.join('\n'), serviceName),
      podUids: new Set(pods.objects.list().flatMap(({ metadata }) => metadata.uid ?? [])),
      monotonic,
    });
  }

  #compute({ caBundles }: WebhookConfiguration, own: readonly string[]): Bundles {
    const { clock, podUid, serviceName } = this.#options;
    const bundles = wantedBundles(caBundles, this.#remembered, {
      serviceName,
      ownUid: podUid,
      own,
      missing: this.#missing,
      now: clock.now(),
      monotonic: clock.monotonic(),
    });
    this.#remembered = bundles.remembered;
    return bundles;
  }

  async #write(own: readonly string[]): Promise<number> {
    const { configurationName, target } = this.#options;
    const fresh = await target.client.get(configurationName, this.#signal);
    if (!fresh.ok) return this.#failed(fresh.error);
    const resourceVersion = fresh.value?.metadata.resourceVersion;
    if (fresh.value === undefined || resourceVersion === undefined) return Infinity;
    const bundles = this.#compute(fresh.value, own);
    if (!bundles.changed) return Infinity;
    const patch = { name: configurationName, resourceVersion, caBundles: bundles.wanted };
    const patched = await target.client.patchBundles(patch, this.#signal);
    if (!patched.ok) return this.#failed(patched.error);
    this.#written(bundles);
    return Infinity;
  }

  #written({ wanted }: Bundles): void {
    const { clock, log, serviceName } = this.#options;
    const monotonic = clock.monotonic();
    this.#failures = 0;
    this.#writes = [...this.#writes.filter((time) => monotonic - time < writesWindow), monotonic];
    const certificates = parseBundle(wanted.join('\n'), serviceName).length;
    log.info({ configuration: this.#configurationId(), certificates }, 'wrote the caBundle');
    if (this.#writes.length < writesAtOnce) {
      this.#said = undefined;
      return;
    }
    this.#writeNotBefore = monotonic + slowWrites;
    this.#say(
      'something else keeps changing the caBundle (cert-manager? use certificate files then); writing slowly',
    );
  }

  #failed(failure: KubeFailure): number {
    const { clock, random, log } = this.#options;
    if (this.#signal.aborted) return Infinity;
    this.#failures += 1;
    const backoff = failure.status === conflict ? conflictBackoff : failureBackoff;
    const wait = Math.max(backoffDelay(this.#failures, backoff, random), failure.retryAfterMilliseconds ?? 0);
    this.#writeNotBefore = clock.monotonic() + wait;
    const fields = {
      configuration: this.#configurationId(),
      status: failure.status,
      reason: failure.message,
    };
    if (failure.status === conflict)
      log.debug(fields, 'another replica wrote the caBundle first; trying again');
    else
      this.#say(
        `cannot write the caBundle${failure.status === 403 ? ': grant get and patch on it' : ''}`,
        fields,
      );
    return wait;
  }

  #configurationId(): string {
    const { configurationName, target } = this.#options;
    return `${target.kind} ${configurationName}`;
  }

  /** Says the same thing once. */
  #say(text: string, fields: object = {}, level: 'info' | 'warn' = 'warn'): void {
    if (this.#said === text) return;
    this.#said = text;
    this.#options.log[level](fields, text);
  }
}
