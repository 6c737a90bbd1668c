import { Nap } from '../lib/nap.ts';
import { BundleWriter, type BundleWriterOptions } from './bundle-writer.ts';
import type { BundleTarget } from './bundle-target.ts';
import { fingerprintsIn } from './core/bundle.ts';
import {
  firstSchedule,
  step,
  wantedLeaves,
  withNext,
  type Schedule,
  type ScheduleTimes,
} from './core/schedule.ts';
import type { CertificateSource, ServedCertificate, TrustedCertificate } from './source.ts';

/** Where a replica's certificates come from. */
export interface CertificateMaker {
  first(): Promise<TrustedCertificate>;
  /** The one to serve after `latest`, where there is one or where it is `due`. */
  next(latest: TrustedCertificate, due: boolean): Promise<TrustedCertificate | undefined>;
  /** Calls `listener` when `next` may have another answer. */
  onChange?(listener: () => void): () => void;
}

export interface CertificateManagerOptions extends BundleWriterOptions {
  /** The object that decides: a certificate counts as trusted when it is in its bundles. */
  readonly target: BundleTarget;
  /** Others whose bundles are kept alike. Nothing waits for them: they may be missing, or not ours to write. */
  readonly furtherTargets: readonly BundleTarget[];
  readonly maker: CertificateMaker;
  readonly times: ScheduleTimes;
  /** Who trusts the certificates, for people: `the API server`. */
  readonly callers: string;
  /** Fingerprints that have reached the callers, of those in the target's bundles; by default all of them. */
  readonly reached?: () => ReadonlySet<string>;
  /** Whether nobody calls yet, so that a certificate in the target's bundles is enough. */
  readonly nobodyCalls?: () => boolean;
}

class CertificateManager implements CertificateSource {
  readonly #options: CertificateManagerOptions;
  readonly #writer: BundleWriter;
  readonly #furtherWriters: readonly BundleWriter[];
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(certificate: ServedCertificate) => void>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #naps: Nap[] = [];
  readonly #running: Promise<void>;
  #schedule: Schedule<TrustedCertificate>;

  constructor(options: CertificateManagerOptions, first: TrustedCertificate) {
    this.#options = options;
    const { target, furtherTargets, pods, maker } = options;
    const writerOf = (each: BundleTarget): BundleWriter =>
      new BundleWriter({ ...options, target: each }, this.#stop.signal);
    this.#writer = writerOf(target);
    this.#furtherWriters = furtherTargets.map(writerOf);
    this.#schedule = firstSchedule(first);
    const wake = (): void => {
      for (const nap of this.#naps) nap.wake();
    };
    const watched = [target, ...furtherTargets].map((each) => each.onChange(wake));
    this.#unsubscribe = [pods.objects.onChange(wake), maker.onChange?.(wake) ?? nothing, ...watched];
    this.#running = this.#run();
  }

  current(): ServedCertificate {
    return this.#schedule.serving;
  }

  get ready(): boolean {
    return this.#schedule.ready;
  }

  onChange(listener: (certificate: ServedCertificate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.all([this.#keepSchedule(), ...this.#furtherWriters.map((writer) => this.#keep(writer))]);
  }

  #nap(): Nap {
    const nap = new Nap();
    this.#naps.push(nap);
    return nap;
  }

  async #keepSchedule(): Promise<void> {
    const { signal } = this.#stop;
    const nap = this.#nap();
    while (!signal.aborted) {
      const scheduled = await this.#takeSchedule();
      const written = await this.#writer.look(this.#own());
      await nap.take(this.#options.clock, Math.min(scheduled, written), signal);
    }
  }

  /** On its own, so that what goes wrong here, or takes long, holds up nobody's readiness. */
  async #keep(writer: BundleWriter): Promise<void> {
    const { signal } = this.#stop;
    const nap = this.#nap();
    while (!signal.aborted) {
      const again = await writer.look(this.#own());
      await nap.take(this.#options.clock, Math.min(again, lookEvery), signal);
    }
  }

  #own(): readonly string[] {
    return wantedLeaves(this.#schedule).map(({ trustPem }) => trustPem);
  }

  /** What is in the bundles of the target, and what of it has reached the callers; fingerprints of leaves. */
  #observe(): { readonly seen: ReadonlySet<string>; readonly nobodyWaits: boolean } {
    const { reached, nobodyCalls } = this.#options;
    const { serving } = this.#schedule;
    const written = this.#writer.seen();
    const told = reached === undefined ? written : written.intersection(reached());
    const known = wantedLeaves(this.#schedule).filter((leaf) => isIn(told, leaf));
    return {
      seen: new Set(known.map(({ fingerprint }) => fingerprint)),
      nobodyWaits: isIn(written, serving) && (nobodyCalls?.() ?? false),
    };
  }

  async #takeSchedule(): Promise<number> {
    const { clock, log, maker, times, callers } = this.#options;
    const before = this.#schedule;
    const observation = { now: clock.now(), monotonic: clock.monotonic(), ...this.#observe() };
    const { schedule, make, lookAgainIn } = step(before, observation, times);
    const next = await maker.next(schedule.next ?? schedule.serving, make);
    this.#schedule = next === undefined ? schedule : withNext(schedule, next);
    if (wantedLeaves(this.#schedule).length !== wantedLeaves(before).length)
      for (const nap of this.#naps) nap.wake();
    if (next !== undefined) log.info({ notAfter: dateOf(next) }, 'made the next certificate');
    if (schedule.serving !== before.serving) {
      log.info({ notAfter: dateOf(schedule.serving) }, 'serving the next certificate');
      for (const listener of [...this.#listeners]) listener(schedule.serving);
    }
    if (schedule.ready && !before.ready) log.info({}, `${callers} trusts the certificate`);
    return lookAgainIn;
  }
}

/** Also finds out that the process was paused: a timer alone would be late by as much. */
const lookEvery = 60_000;

const nothing = (): void => undefined;

const isIn = (fingerprints: ReadonlySet<string>, { trustPem }: TrustedCertificate): boolean =>
  fingerprintsIn(trustPem).isSubsetOf(fingerprints);

const dateOf = ({ notAfter }: TrustedCertificate): string => new Date(notAfter).toISOString();

/**
 * Has callers trust this replica's certificates: it looks whenever the target or the pods change, and at least once a minute, and does
 * what the schedule and the bundle functions in `core/` say. The first certificate is there when the promise resolves; `ready` follows
 * when the callers have it.
 */
export const startCertificateManager = async (
  options: CertificateManagerOptions,
): Promise<CertificateSource> => new CertificateManager(options, await options.maker.first());
