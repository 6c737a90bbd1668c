import type { ProviderErrorCode } from '../../lib/provider-error.ts';
import type { ProviderRequestRecord } from '../../providers/provider.ts';
import type { Instruments } from './instruments.ts';

/** How one pass over a store's due secrets ended: well, or with the first failure's code. */
export interface RefreshRecord {
  readonly outcome: 'ok' | ProviderErrorCode;
  readonly seconds: number;
}

/** What is read off the agent at each scrape. */
export interface Gauges {
  readonly generation: number;
  readonly staleRefs: number;
  /** Store to seconds since the epoch. */
  readonly lastSuccesses: ReadonlyMap<string, number>;
}

/** So many records may wait; then the instruments are loaded even if nobody has asked. */
const mostWaiting = 1_000;

/** Takes records from the first moment on, and loads the metrics library when a start no longer waits for it. */
export class MetricsRecorder {
  readonly #gauges: () => Gauges;
  #waiting: ((instruments: Instruments) => void)[] = [];
  #instruments: Promise<Instruments> | undefined;
  #loaded: Instruments | undefined;

  constructor(gauges: () => Gauges) {
    this.#gauges = gauges;
  }

  refresh(record: RefreshRecord): void {
    this.#record((instruments) => {
      instruments.refresh(record);
    });
  }

  request(record: ProviderRequestRecord): void {
    this.#record((instruments) => {
      instruments.request(record);
    });
  }

  /** Loads the instruments and hands them what has waited. May be called again and again. */
  load(): Promise<Instruments> {
    this.#instruments ??= this.#load();
    return this.#instruments;
  }

  async #load(): Promise<Instruments> {
    const { makeInstruments } = await import('./instruments.ts');
    const instruments = makeInstruments(this.#gauges);
    this.#loaded = instruments;
    for (const record of this.#waiting) record(instruments);
    this.#waiting = [];
    return instruments;
  }

  #record(record: (instruments: Instruments) => void): void {
    if (this.#loaded !== undefined) {
      record(this.#loaded);
      return;
    }
    this.#waiting.push(record);
    if (this.#waiting.length >= mostWaiting) void this.load();
  }
}
