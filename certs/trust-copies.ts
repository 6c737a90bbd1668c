import { copiedAnnotation, trustConfigMap, trustKey } from '../lib/broker/names.ts';
import { configMapResource, parseConfigMap, patchConfigMap, type ConfigMap } from '../lib/kube/config-map.ts';
import { Reflector } from '../lib/kube/reflector.ts';
import { Nap } from '../lib/nap.ts';
import { CopyWriter, type CopyWriterOptions } from './copy-writer.ts';
import { annotationOf, copiedFingerprints, copiedNow, isCopy } from './core/trust-copies.ts';

/** Where copies have to be. */
export interface CopyPlaces {
  /** Names of namespaces; undefined while they are not known yet. Those that are being deleted may be among them. */
  current(): ReadonlySet<string> | undefined;
  /** Calls `listener` when there may be others; returns a function that ends this. */
  onChange(listener: () => void): () => void;
}

export interface TrustCopiesOptions extends CopyWriterOptions {
  /** The broker's own: its ConfigMap is the one that is copied. */
  readonly namespace: string;
  readonly places: CopyPlaces;
}

/** So many copies are written at a time: a thousand take seconds, and the API server has room for others. */
const parallel = 20;
const answerWithin = 15_000;
/** Finds out that the process was paused. */
const lookEvery = 60_000;
const conflict = 409;
const retryAfter = 1000;

class TrustCopies {
  readonly #options: TrustCopiesOptions;
  readonly #signal: AbortSignal;
  /** The source and all copies: they bear one name. */
  readonly #configMaps: Reflector<ConfigMap>;
  readonly #writer: CopyWriter;
  readonly #nap = new Nap();
  #saidSource = false;
  /** The note that was written last, and over which version: the watch may take a while to show it. */
  #noted: { readonly text: string; readonly over: string } | undefined;

  constructor(options: TrustCopiesOptions, signal: AbortSignal) {
    const { connection, clock, random, log } = options;
    this.#options = options;
    this.#signal = signal;
    const resource = configMapResource(trustConfigMap);
    this.#configMaps = new Reflector({ connection, clock, random, log, resource, transform: parseConfigMap });
    this.#writer = new CopyWriter({ connection, clock, random, log }, signal);
  }

  async run(): Promise<void> {
    const wake = (): void => {
      this.#nap.wake();
    };
    const unsubscribe = [this.#configMaps.objects.onChange(wake), this.#options.places.onChange(wake)];
    try {
      while (!this.#signal.aborted) {
        const again = await this.#look();
        await this.#nap.take(this.#options.clock, Math.min(again, lookEvery), this.#signal);
      }
    } finally {
      for (const end of unsubscribe) end();
      await this.#configMaps.stop();
    }
  }

  /** Brings every copy to what the source is; returns in how many milliseconds to look again though nothing changes. */
  async #look(): Promise<number> {
    const { namespace, places } = this.#options;
    const wanted = places.current();
    const source = this.#configMaps.objects.get(namespace, trustConfigMap);
    const bundle = source?.data[trustKey] ?? '';
    // An empty bundle is no reason to take trust from anybody.
    if (!this.#configMaps.synced || wanted === undefined || source === undefined || bundle === '')
      return Infinity;
    const copies = this.#copies(wanted);
    this.#writer.forgetOthers(new Set(copies.keys()));
    const waits = await this.#writeAll([...copies], bundle);
    return Math.min(waits, await this.#record(source, bundle, [...copies.keys()]));
  }

  /** By namespace: the copies that are wanted, and those that were; pods from then may live on. */
  #copies(wanted: ReadonlySet<string>): ReadonlyMap<string, ConfigMap | undefined> {
    const { namespace: own } = this.#options;
    const present = this.#configMaps.objects.list().flatMap((copy) => {
      const { namespace = '' } = copy.metadata;
      return wanted.has(namespace) || isCopy(copy) ? [[namespace, copy] as const] : [];
    });
    const missing = [...wanted].sort().map((namespace) => [namespace, undefined] as const);
    const copies = new Map<string, ConfigMap | undefined>([...missing, ...present]);
    copies.delete(own);
    return copies;
  }

  async #writeAll(
    copies: readonly (readonly [namespace: string, copy: ConfigMap | undefined])[],
    bundle: string,
  ): Promise<number> {
    const queue = copies.values();
    let least = Infinity;
    const work = async (): Promise<void> => {
      for (const [namespace, copy] of queue) {
        if (this.#signal.aborted) return;
        least = Math.min(least, await this.#writer.keep(namespace, copy, bundle));
      }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return least;
  }

  /** Notes on the source what all copies have, as far as the watch shows: a write alone is not seen by those who read. */
  async #record(source: ConfigMap, bundle: string, namespaces: readonly string[]): Promise<number> {
    const { connection, clock, log, namespace } = this.#options;
    const recorded = copiedFingerprints(source);
    const counted = namespaces
      .filter((each) => this.#writer.counts(each))
      .flatMap((each) => this.#configMaps.objects.get(each, trustConfigMap) ?? []);
    const wanted = annotationOf(copiedNow(bundle, recorded, counted));
    const { resourceVersion } = source.metadata;
    if (wanted === annotationOf(recorded) || resourceVersion === undefined) return Infinity;
    if (this.#noted?.over === resourceVersion && this.#noted.text === wanted) return Infinity;
    const written = await patchConfigMap(
      { connection, clock, milliseconds: answerWithin, signal: this.#signal },
      { namespace, name: trustConfigMap },
      { resourceVersion, annotations: { [copiedAnnotation]: wanted } },
    );
    if (written.ok || this.#signal.aborted) {
      this.#noted = { text: wanted, over: resourceVersion };
      this.#saidSource = false;
      return Infinity;
    }
    const { status, message: reason } = written.error;
    // Somebody wrote first: the watch shows it, and we look again.
    if (status === conflict) return retryAfter;
    if (!this.#saidSource)
      log.warn({ status, reason }, `cannot note on ConfigMap ${namespace}/${trustConfigMap} what is copied`);
    this.#saidSource = true;
    return retryAfter;
  }
}

/**
 * Copies the broker's ConfigMap to where pods need it, and notes on it what all copies have, until `signal` aborts. Copies that are there
 * already are kept up to date wherever they are; what somebody changes in one is put right. Done by one replica at a time: by whichever holds
 * the Lease. Needs create on ConfigMaps, and get, list, watch and patch on those of the name `keyferry-trust`, in all namespaces.
 */
export const keepTrustCopies = (options: TrustCopiesOptions, signal: AbortSignal): Promise<void> =>
  new TrustCopies(options, signal).run();
