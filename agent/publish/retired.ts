import type { Clock } from '../../lib/clock.ts';
import { removeFolder } from './remove-folder.ts';
import { currentGeneration, dataLink, generationsIn, inVolume, type Volume } from './volume.ts';

/** How long a generation stays after the next one came, for readers that are inside of it. */
const keepMilliseconds = 10_000;

export interface RetiredOptions {
  readonly volume: Volume;
  readonly clock: Clock;
  /** Default: `keepMilliseconds`. */
  readonly keepMilliseconds?: number | undefined;
}

/** The generations that are no longer current, and when each may go. */
export class RetiredGenerations {
  readonly #volume: Volume;
  readonly #clock: Clock;
  readonly #keep: number;
  /** Name to the time when it may go, by `Clock.monotonic`. */
  readonly #removableAt = new Map<string, number>();

  constructor(options: RetiredOptions) {
    this.#volume = options.volume;
    this.#clock = options.clock;
    this.#keep = options.keepMilliseconds ?? keepMilliseconds;
  }

  /**
   * Takes over what a process before this one left: older generations and half-made ones. The age of the `..data` link says
   * how long ago they went out of use.
   */
  adopt(): void {
    const now = this.#clock.monotonic();
    for (const name of this.#others())
      if (!this.#removableAt.has(name)) this.#removableAt.set(name, now + this.#keep - this.#sinceSwap());
  }

  add(name: string): void {
    this.#removableAt.set(name, this.#clock.monotonic() + this.#keep);
  }

  /** Removes those whose time has come. Returns how many milliseconds later the next one's will. */
  prune(): number | undefined {
    const now = this.#clock.monotonic();
    for (const [name, removableAt] of this.#removableAt) if (removableAt <= now) this.#remove(name);
    const next = Math.min(...this.#removableAt.values());
    return Number.isFinite(next) ? next - now : undefined;
  }

  /** Removes all of them at once, for room. Returns whether there were any. */
  drop(): boolean {
    const names = this.#others();
    for (const name of names) this.#remove(name);
    return names.length > 0;
  }

  #others(): readonly string[] {
    const current = currentGeneration(this.#volume);
    return generationsIn(this.#volume).filter((name) => name !== current);
  }

  #remove(name: string): void {
    removeFolder(this.#volume.fileSystem, inVolume(this.#volume, name));
    this.#removableAt.delete(name);
  }

  /** Milliseconds since the last swap by the wall clock, 0 where that is in the future, at most the time that is kept. */
  #sinceSwap(): number {
    if (currentGeneration(this.#volume) === undefined) return this.#keep;
    const link = this.#volume.fileSystem.lstatSync(inVolume(this.#volume, dataLink));
    return Math.min(this.#keep, Math.max(0, this.#clock.now() - link.mtimeMs));
  }
}
