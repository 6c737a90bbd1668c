import { pause } from '../lib/kube/backoff.ts';
import { BundleWriter, type BundleWriterOptions } from './bundle-writer.ts';
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

export interface CertificateManagerOptions extends Omit<BundleWriterOptions, 'serviceName'> {
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
  readonly #stop = new AbortController();
  readonly #listeners = new Set<(certificate: ServedCertificate) => void>();
  readonly #unsubscribe: readonly (() => void)[];
  readonly #running: Promise<void>;
  #schedule: Schedule<OwnCertificate>;
  #changed = false;
  #sleeping = new AbortController();

  constructor(options: CertificateManagerOptions, first: OwnCertificate) {
    this.#options = options;
    this.#writer = new BundleWriter({ ...options, serviceName: options.dnsNames[0] }, this.#stop.signal);
    this.#schedule = firstSchedule(first);
    const wake = (): void => {
      this.#changed = true;
      this.#sleeping.abort();
    };
    this.#unsubscribe = [options.configurations.objects.onChange(wake), options.pods.objects.onChange(wake)];
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
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#changed = false;
      const scheduled = await this.#takeSchedule();
      const own = wantedLeaves(this.#schedule).map(({ certificatePem }) => certificatePem);
      const written = await this.#writer.look(own);
      await this.#sleep(Math.min(scheduled, written));
    }
  }

  /** Sleeps until the time has passed or something changed. */
  async #sleep(milliseconds: number): Promise<void> {
    if (this.#changed) return;
    this.#sleeping = new AbortController();
    const signal = AbortSignal.any([this.#sleeping.signal, this.#stop.signal]);
    await pause(this.#options.clock, milliseconds, signal);
  }

  async #takeSchedule(): Promise<number> {
    const { clock, log } = this.#options;
    const before = this.#schedule;
    const observation = { now: clock.now(), monotonic: clock.monotonic(), seen: this.#writer.seen() };
    const { schedule, make, lookAgainIn } = step(before, observation);
    this.#schedule = make ? withNext(schedule, await newCertificate(this.#options)) : schedule;
    if (make) log.info({ notAfter: dateOf(this.#schedule.next) }, 'made the next certificate');
    if (schedule.serving !== before.serving) {
      log.info({ notAfter: dateOf(schedule.serving) }, 'serving the next certificate');
      for (const listener of [...this.#listeners]) listener(schedule.serving);
    }
    if (schedule.ready && !before.ready) log.info({}, 'the API server trusts the certificate');
    return lookAgainIn;
  }
}

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
