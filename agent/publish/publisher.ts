import type { Clock } from '../../lib/clock.ts';
import { filePathProblem } from '../../lib/file-path.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { PublishedFiles } from '../core/generation.ts';
import { generationName } from '../core/generation-name.ts';
import { fingerprint, standsAlready } from './compare.ts';
import { systemErrorCode, unless, type FileSystem } from './file-system.ts';
import { addLinks, removeDrafts, removeOtherLinks, visibleNames } from './links.ts';
import { readGeneration, type StoredEntry } from './read-generation.ts';
import { removeFolder } from './remove-folder.ts';
import { RetiredGenerations } from './retired.ts';
import { currentGeneration, dataLink, dataLinkDraft, inVolume, type Volume } from './volume.ts';
import { fillGeneration, type GenerationContents } from './write-generation.ts';

export interface PublisherOptions {
  /** The volume's folder; it exists. */
  readonly folder: string;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** 16 hexadecimal digits, different each time. */
  readonly random: () => string;
  /** How long a generation stays after the next one came. Default: 10 s. */
  readonly keepMilliseconds?: number;
}

/** Why the volume is as it was before. `code` is the system's (`ENOSPC`). */
export interface VolumeProblem {
  readonly code: string;
  readonly message: string;
}

export interface Published {
  /** Whether readers see something new. */
  readonly changed: boolean;
  /** Name of the current generation's folder. */
  readonly generation: string;
}

const noRoom: readonly string[] = ['ENOSPC', 'EDQUOT'];

/**
 * Publishes generations of files into a volume as the kubelet does for Secret volumes (kubernetes
 * pkg/volume/util/atomic_writer.go), except that the generation before stays for 10 s and new visible links come after the swap.
 * One publisher at a time may work on a volume. Killed at any system call it leaves the old generation whole, and the next
 * publisher goes on from there.
 */
export class Publisher {
  readonly #volume: Volume;
  readonly #clock: Clock;
  readonly #random: () => string;
  readonly #retired: RetiredGenerations;
  #last: { readonly generation: string; readonly fingerprint: string } | undefined;

  constructor({ folder, fileSystem, clock, random, keepMilliseconds }: PublisherOptions) {
    this.#volume = { folder, fileSystem };
    this.#clock = clock;
    this.#random = random;
    this.#retired = new RetiredGenerations({ volume: this.#volume, clock, keepMilliseconds });
  }

  /** The current generation's name, or undefined where there is none. */
  current(): string | undefined {
    return currentGeneration(this.#volume);
  }

  /** Finishes what a killed publisher left undone: the current generation's links, and leftovers to be pruned. */
  recover(): Result<undefined, VolumeProblem> {
    return this.#attempt(() => {
      removeDrafts(this.#volume);
      const current = this.current();
      if (current !== undefined)
        this.#settleLinks(this.#volume.fileSystem.readdirSync(inVolume(this.#volume, current)));
      this.#retired.adopt();
      return undefined;
    });
  }

  /** The files of the current generation; none where there is none or it cannot be read. */
  publishedFiles(): PublishedFiles {
    const current = this.current();
    const entries = current === undefined ? undefined : this.#storedEntries(current);
    const files = entries?.flatMap(({ path, bytes }) =>
      bytes === undefined ? [] : [[path, bytes] as const],
    );
    return new Map(files);
  }

  /**
   * 1. Check every path: a wrong one is a bug of the caller and thrown.
   * 2. Compare with the current generation. Equal: see to the links, and that is all.
   * 3. Write all files into a new hidden folder. No room: drop the generations before the current one, try once more.
   * 4. Make a link to it beside `..data`, and rename that over `..data`: readers are in the new generation.
   * 5. Add the links of new names, remove those of names that are gone.
   * 6. Keep the old generation until `prune` finds it old enough.
   */
  publish(contents: GenerationContents): Result<Published, VolumeProblem> {
    for (const { path } of contents.files) {
      const problem = filePathProblem(path);
      if (problem !== undefined) throw new TypeError(`a file's path ${problem}`);
    }
    return this.#attempt(() => {
      const print = fingerprint(contents);
      const before = this.current();
      const names = visibleNames(contents.files.map(({ path }) => path));
      if (before !== undefined && this.#isCurrent(before, print, contents)) {
        this.#last = { generation: before, fingerprint: print };
        this.#settleLinks(names);
        return { changed: false, generation: before };
      }
      const generation = this.#withRoom(() => this.#writeAndSwap(contents));
      this.#last = { generation, fingerprint: print };
      if (before !== undefined) this.#retired.add(before);
      this.#withRoom(() => {
        this.#settleLinks(names);
      });
      return { changed: true, generation };
    });
  }

  /** Removes generations that were replaced long enough ago. Returns how many milliseconds later there is more to do. */
  prune(): Result<number | undefined, VolumeProblem> {
    return this.#attempt(() => this.#retired.prune());
  }

  #isCurrent(current: string, print: string, contents: GenerationContents): boolean {
    if (this.#last?.generation === current) return this.#last.fingerprint === print;
    const entries = this.#storedEntries(current);
    return entries !== undefined && standsAlready(entries, contents);
  }

  /** Undefined where the generation cannot be read: nothing may be concluded from that. */
  #storedEntries(generation: string): readonly StoredEntry[] | undefined {
    return unless(['ENOENT', 'EACCES', 'EPERM', 'ELOOP'], () => readGeneration(this.#volume, generation));
  }

  #writeAndSwap(contents: GenerationContents): string {
    const { fileSystem } = this.#volume;
    const name = generationName(this.#clock.now(), this.#random());
    const draft = inVolume(this.#volume, dataLinkDraft);
    // Outside of the clean-up: a folder that is there already is none of ours to remove.
    fileSystem.mkdirSync(inVolume(this.#volume, name), 0o700);
    try {
      fillGeneration(this.#volume, name, contents);
      unless(['ENOENT'], () => {
        fileSystem.unlinkSync(draft);
      });
      fileSystem.symlinkSync(name, draft);
      fileSystem.renameSync(draft, inVolume(this.#volume, dataLink));
    } catch (error) {
      removeFolder(fileSystem, inVolume(this.#volume, name));
      throw error;
    }
    return name;
  }

  /** Runs a step; where there is no room for it, once more without the generations before the current one. */
  #withRoom<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      if (!noRoom.includes(systemErrorCode(error) ?? '') || !this.#retired.drop()) throw error;
      return step();
    }
  }

  #settleLinks(names: readonly string[]): void {
    addLinks(this.#volume, names);
    removeOtherLinks(this.#volume, names);
  }

  /** Turns what the system refused into a value; anything else thrown is a bug and goes on. */
  #attempt<T>(step: () => T): Result<T, VolumeProblem> {
    try {
      return ok(step());
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === undefined) throw error;
      const message = noRoom.includes(code)
        ? 'the secrets volume is full: it needs a larger sizeLimit'
        : `the secrets volume cannot be written (${code})`;
      return err({ code, message });
    }
  }
}
