import { goDuration } from '../ttl.ts';
import type { JsonObject } from '../answer.ts';

/** One version of a secret. Times are in milliseconds since the epoch. */
interface Version {
  readonly created: number;
  deleted: number | undefined;
  destroyed: boolean;
  data: JsonObject | null;
}

const time = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? '' : new Date(milliseconds).toISOString();

/** One key of a KV version 2 engine with its versions. */
export class KvKey {
  current = 0;
  oldest = 0;
  maxVersions = 0;
  casRequired = false;
  deleteVersionAfterSeconds = 0;
  customMetadata: JsonObject | null = null;
  #updated: number;
  readonly #created: number;
  readonly #versions = new Map<number, Version>();

  constructor(now: number) {
    this.#created = now;
    this.#updated = now;
  }

  /** Adds a version and forgets those beyond the maximum, which is 10 where neither the engine nor the key says more. */
  add(data: JsonObject, now: number, engine: { maxVersions: number; deleteAfterSeconds: number }): number {
    this.current += 1;
    const limits = [engine.deleteAfterSeconds, this.deleteVersionAfterSeconds].filter((value) => value > 0);
    const deleted = limits.length === 0 ? undefined : now + Math.min(...limits) * 1000;
    this.#versions.set(this.current, { created: now, deleted, destroyed: false, data });
    this.#updated = now;
    const keep = Math.max(this.maxVersions, engine.maxVersions) || 10;
    if (this.current - this.oldest >= keep) this.oldest = this.current - keep + 1;
    for (const number of this.#versions.keys()) if (number < this.oldest) this.#versions.delete(number);
    return this.current;
  }

  version(number: number): Version | undefined {
    return this.#versions.get(number);
  }

  /** Whether a version can be read. */
  isReadable(number: number, now: number): boolean {
    const version = this.#versions.get(number);
    if (version === undefined || version.destroyed) return false;
    return version.deleted === undefined || version.deleted >= now;
  }

  /** Marks versions as deleted; deleted and destroyed ones stay as they are. */
  delete(numbers: readonly number[], now: number): void {
    for (const number of numbers) if (this.isReadable(number, now)) this.#versions.get(number)!.deleted = now;
  }

  undelete(numbers: readonly number[]): void {
    for (const number of numbers) {
      const version = this.#versions.get(number);
      if (version !== undefined && !version.destroyed) version.deleted = undefined;
    }
  }

  /** Removes the data of versions for good. */
  destroy(numbers: readonly number[]): void {
    for (const number of numbers) {
      const version = this.#versions.get(number);
      if (version !== undefined) Object.assign(version, { destroyed: true, data: null });
    }
  }

  /** What a read or a write says of one version. */
  versionMetadata(number: number): JsonObject {
    const version = this.#versions.get(number);
    return {
      created_time: time(version?.created),
      custom_metadata: this.customMetadata,
      deletion_time: time(version?.deleted),
      destroyed: version?.destroyed ?? false,
      version: number,
    };
  }

  /** What `metadata/<key>` shows. */
  metadata(): JsonObject {
    const versions = [...this.#versions].map(([number, version]) => [
      String(number),
      {
        created_time: time(version.created),
        deletion_time: time(version.deleted),
        destroyed: version.destroyed,
      },
    ]);
    return {
      cas_required: this.casRequired,
      created_time: time(this.#created),
      current_version: this.current,
      custom_metadata: this.customMetadata,
      delete_version_after: goDuration(this.deleteVersionAfterSeconds),
      max_versions: this.maxVersions,
      oldest_version: this.oldest,
      updated_time: time(this.#updated),
      versions: Object.fromEntries(versions) as JsonObject,
    };
  }
}
