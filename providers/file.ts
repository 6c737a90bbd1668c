import { extname, join } from 'node:path';
import type { FileStorePlan, PlanSource } from '../lib/plan.ts';
import { providerError, type ProviderError } from '../lib/provider-error.ts';
import { Redacted } from '../lib/redacted.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { lookUp, parseMapping } from './file/parse-mapping.ts';
import { readBelow, type Found, type Place } from './file/read-below.ts';
import type { OpenProvider, Provider, ProviderContext, ReadOutcome } from './provider.ts';

type Lookup = (key: string) => Promise<Result<Buffer, ProviderError>>;

/**
 * A store in the file system, for demos, tests and local work: a YAML or JSON file that maps each key to a string or an object
 * of properties, or a folder with one file per key. Read anew each time; it keeps no versions.
 */
class FileProvider implements Provider {
  readonly #store: FileStorePlan;
  readonly #context: ProviderContext;

  constructor(store: FileStorePlan, context: ProviderContext) {
    this.#store = store;
    this.#context = context;
  }

  async read(sources: readonly PlanSource[], signal: AbortSignal): Promise<readonly ReadOutcome[]> {
    const lookup = await this.#open();
    const outcomes: ReadOutcome[] = [];
    for (const source of sources) {
      signal.throwIfAborted();
      outcomes.push(await this.#readOne(source, lookup));
    }
    return outcomes;
  }

  close(): void {
    // Nothing stays open between reads.
  }

  async #readOne({ key, version }: PlanSource, lookup: Result<Lookup, ProviderError>): Promise<ReadOutcome> {
    if (version !== undefined) return err(providerError('invalid', 'a file store keeps no versions'));
    if (!lookup.ok) return lookup;
    const found = await lookup.value(key);
    return found.ok ? ok({ bytes: new Redacted(found.value) }) : found;
  }

  async #open(): Promise<Result<Lookup, ProviderError>> {
    const absent = providerError('unavailable', 'nothing stands at the path of the file store');
    const found = await this.#read(this.#context.resolvePath(this.#store.path), absent);
    if (!found.ok) return found;
    if (found.value.kind === 'folder') return ok(this.#folderLookup(found.value.path));
    const format = extname(this.#store.path) === '.json' ? 'json' : 'yaml';
    const mapping = await parseMapping(found.value.bytes.reveal(), format);
    return mapping.ok ? ok((key) => Promise.resolve(lookUp(mapping.value, key))) : mapping;
  }

  #folderLookup(folder: string): Lookup {
    return async (key) => {
      const segments = key.split('/');
      if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
        return err(providerError('invalid', 'the key has an empty segment, "." or ".."'));
      const absent = providerError('not_found', 'the folder has no such file');
      const found = await this.#read(join(folder, ...segments), absent);
      if (!found.ok) return found;
      return found.value.kind === 'file'
        ? ok(found.value.bytes.reveal())
        : err(providerError('not_found', 'the key is a folder, not a file'));
    };
  }

  async #read(path: string, absent: ProviderError): Promise<Result<Found, ProviderError>> {
    const context = this.#context;
    const place: Place = { path, root: context.resolvePath(this.#store.root) };
    const start = context.clock.monotonic();
    const found = await readBelow(place, absent);
    context.record({
      provider: 'file',
      operation: 'read',
      outcome: found.ok ? 'ok' : found.error.code,
      seconds: (context.clock.monotonic() - start) / 1_000,
    });
    return found;
  }
}

/** Opens a `file` store. */
export const openFile: OpenProvider = (store, context) => {
  if (store.provider.type !== 'file') throw new TypeError(`not a file store: ${store.provider.type}`);
  return Promise.resolve(new FileProvider(store.provider, context));
};
