import { Nap } from '../lib/nap.ts';
import { BundleWriter, type BundleTarget, type BundleWriterOptions } from './bundle-writer.ts';
import {
  firstSchedule,
  leastLifetimeMilliseconds,
  step,
  wantedLeaves,
  withNext,
  type Schedule,
} from './core/schedule.ts';
import { makeCertificate, type OwnCertificate } from './self-signed.ts';
import type { CertificateSource, ServedCertificate } from './source.ts';

export interface CertificateManagerOptions extends Omit<BundleWriterOptions, 'serviceName' | 'target'> {
  /** The configuration that decides: a certificate counts as trusted when it is in its bundles. */
  readonly target: BundleTarget;
  /** Others whose bundles are kept alike. Nothing waits for them: they may be missing, or not ours to write. */
  readonly furtherTargets: readonly BundleTarget[];
  /** Names that clients call the server by; the first marks certificates as those of our service. */
  readonly dnsNames: readonly [string, ...string[]];
  /** At least 10 minutes. */
  readonly lifetimeMilliseconds: number;
}

const newCertificate = ({
  dnsNames,
  podUid,
  lifetimeMilliseconds,
  clock,
}: CertificateManagerOptions): Promise<OwnCertificate> =>
  makeCertificate({ dnsNames, podUid, lifetimeMilliseconds, now: clock.now() });

class CertificateManager implements CertificateSource {
  readonly #options: CertificateManagerOptions;
  readonly #writer: BundleWriter;
  readonly #furtherWriters: readonly BundleWriter[];
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(certificate: ServedCertificate) => void>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #naps: Nap[] = [];
  readonly #running: Promise<void>;
  #schedule: Schedule<OwnCertificate>;

  constructor(options: CertificateManagerOptions, first: OwnCertificate) {
    this.#options = options;
    const writerOf = (target: BundleTarget): BundleWriter =>
      new BundleWriter({ ...options, target, serviceName: options.dnsNames[0] }, this.#stop.signal);
    this.#writer = writerOf(options.target);
    this.#furtherWriters = options.furtherTargets.map(writerOf);
    this.#schedule = firstSchedule(first);
    const wake = (): void => {
      for (const nap of this.#naps) nap.wake();
    };
    const targets = [options.target, ...options.furtherTargets];
    const watched = [options.pods.objects, ...targets.map(({ configurations }) => configurations.objects)];
    this.#unsubscribe = watched.map((objects) => objects.onChange(wake));
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
    return wantedLeaves(this.#schedule).map(({ certificatePem }) => certificatePem);
  }

  async #takeSchedule(): Promise<number> {
    const { clock, log } = this.#options;
    const before = this.#schedule;
    const observation = { now: clock.now(), monotonic: clock.monotonic(), seen: this.#writer.seen() };
    const { schedule, make, lookAgainIn } = step(before, observation);
    this.#schedule = make ? withNext(schedule, await newCertificate(this.#options)) : schedule;
    if (wantedLeaves(this.#schedule).length !== wantedLeaves(before).length)
      for (const nap of this.#naps) nap.wake();
    if (make) log.info({ notAfter: dateOf(this.#schedule.next) }, 'made the next certificate');
    if (schedule.serving !== before.serving) {
      log.info({ notAfter: dateOf(schedule.serving) }, 'serving the next certificate');
      for (const listener of [...this.#listeners]) listener(schedule.serving);
    }
    if (schedule.ready && !before.ready) log.info({}, 'the API server trusts the certificate');
    return lookAgainIn;
  }
}

/** Also finds out that the process was paused: a timer alone would be late by as much. */
const lookEvery = 60_000;

const dateOf = (certificate: OwnCertificate | undefined): string | undefined =>
  certificate && new Date(certificate.notAfter).toISOString();

/**
 * Makes this replica's certificates and has the API server trust them: it looks whenever the configuration or the pods change, and at
 * least once a minute, and does what the schedule and the bundle functions in `core/` say. The first certificate is there when the promise
 * resolves; `ready` follows when the bundle has it.
 */
export const startCertificateManager = async (
  options: CertificateManagerOptions,
): Promise<CertificateSource> => {
  if (options.lifetimeMilliseconds < leastLifetimeMilliseconds) {
    throw new RangeError(
      `a certificate's life must be at least ${leastLifetimeMilliseconds / 60_000} minutes`,
    );
  }
  return new CertificateManager(options, await newCertificate(options));
};
