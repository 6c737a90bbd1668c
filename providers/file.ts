import { extname, join } from 'node:path';
import type { FileStorePlan, PlanSource } from '../lib/plan.ts';
import { providerError, type ProviderError } from '../lib/provider-error.ts';
import { Redacted } from '../lib/redacted.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { findInFiles, type Files } from './file/find.ts';
import { listBelow } from './file/list-below.ts';
import { lookUp, parseMapping, type Mapping } from './file/parse-mapping.ts';
import { readBelow, type Place } from './file/read-below.ts';
import { walk } from './find/walk.ts';
import type { OpenProvider, Provider, ProviderContext, ReadOutcome } from './provider.ts';

const absentFile = providerError('not_found', 'the folder has no such file');

const filesOfMapping = (mapping: Mapping): Files => ({
  keys: () => Promise.resolve(ok(Object.keys(mapping))),
  lookUp: (key) => Promise.resolve(lookUp(mapping, key)),
});

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
    const files = await this.#open();
    const outcomes: ReadOutcome[] = [];
    for (const source of sources) {
      signal.throwIfAborted();
      outcomes.push(await this.#readOne(source, files, signal));
    }
    return outcomes;
  }

  close(): void {
    // Nothing stays open between reads.
  }

  async #readOne(
    { key, version, find }: PlanSource,
    files: Result<Files, ProviderError>,
    signal: AbortSignal,
  ): Promise<ReadOutcome> {
    if (version !== undefined) return err(providerError('invalid', 'a file store keeps no versions'));
    if (!files.ok) return files;
    const read = async (name: string): Promise<ReadOutcome> => {
      signal.throwIfAborted();
      const found = await files.value.lookUp(name);
      return found.ok ? ok({ bytes: new Redacted(found.value) }) : found;
    };
    return find === undefined ? read(key) : findInFiles(find, files.value, read);
  }

  async #open(): Promise<Result<Files, ProviderError>> {
    const absent = providerError('unavailable', 'nothing stands at the path of the file store');
    const place = this.#place(this.#context.resolvePath(this.#store.path));
    const found = await this.#recorded('read', () => readBelow(place, absent));
    if (!found.ok) return found;
    if (found.value.kind === 'folder') return ok(this.#filesOfFolder(found.value.path));
    const format = extname(this.#store.path) === '.json' ? 'json' : 'yaml';
    const mapping = await parseMapping(found.value.bytes.reveal(), format);
    return mapping.ok ? ok(filesOfMapping(mapping.value)) : mapping;
  }

  #filesOfFolder(folder: string): Files {
    return {
      keys: async () => {
        const paths = await walk((below) =>
          this.#recorded('list', () => listBelow(this.#place(join(folder, ...below)), absentFile)),
        );
        return paths.ok ? ok(paths.value.map((path) => path.join('/'))) : paths;
      },
      lookUp: (key) => this.#lookUpInFolder(folder, key),
    };
  }

  async #lookUpInFolder(folder: string, key: string): Promise<Result<Buffer, ProviderError>> {
    const segments = key.split('/');
    if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
      return err(providerError('invalid', 'the key has an empty segment, "." or ".."'));
    const place = this.#place(join(folder, ...segments));
    const found = await this.#recorded('read', () => readBelow(place, absentFile));
    if (!found.ok) return found;
    return found.value.kind === 'file'
      ? ok(found.value.bytes.reveal())
      : err(providerError('not_found', 'the key is a folder, not a file'));
  }

  #place(path: string): Place {
    return { path, root: this.#context.resolvePath(this.#store.root) };
  }

  async #recorded<T>(
    operation: 'read' | 'list',
    work: () => Promise<Result<T, ProviderError>>,
  ): Promise<Result<T, ProviderError>> {
    const context = this.#context;
    const start = context.clock.monotonic();
    const outcome = await work();
    context.record({
      provider: 'file',
      operation,
      outcome: outcome.ok ? 'ok' : outcome.error.code,
      seconds: (context.clock.monotonic() - start) / 1_000,
    });
    return outcome;
  }
}

/** Opens a `file` store. */
export const openFile: OpenProvider = (store, context) => {
  if (store.provider.type !== 'file') throw new TypeError(`not a file store: ${store.provider.type}`);
  return Promise.resolve(new FileProvider(store.provider, context));
};
