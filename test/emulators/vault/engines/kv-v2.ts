import { dataAnswer, empty, failure, unsupportedOperation } from '../answer.ts';
import { Fields } from '../fields.ts';
import { goDuration } from '../ttl.ts';
import { readCustomMetadata } from './custom-metadata.ts';
import { KvKey } from './kv-key.ts';
import { listBelow } from './listing.ts';
import type { Clock } from '../../../../lib/clock.ts';
import type { Answer } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';

type Handler = (key: string, request: BackendRequest) => Answer;

const verbs: Readonly<Record<string, string>> = { read: 'get', list: 'list', delete: 'delete' };

const isWrite = (request: BackendRequest): boolean =>
  request.operation === 'create' || request.operation === 'update';

/** What the engine says to paths that it does not have: a 404 whose only content is the warning. */
function invalidPath(request: BackendRequest): Answer {
  const bare = ['metadata', 'data', 'delete', 'undelete', 'destroy'].includes(request.path);
  const warning = bare
    ? 'Non-listing operations on the root of a K/V v2 mount are not supported.'
    : `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. If using the Vault CLI, use 'vault kv ${verbs[request.operation] ?? 'put'}' for this operation.`;
  return { kind: 'data', data: null, status: 404, warnings: [warning] };
}

/**
 * KV version 2: versions, soft deletion, check-and-set
 * (https://github.com/hashicorp/vault-plugin-secrets-kv, path_data.go, path_metadata.go, path_delete.go, path_destroy.go).
 * PATCH and `subkeys/` are not there.
 */
export class KvVersion2 implements Backend {
  readonly #keys = new Map<string, KvKey>();
  readonly #clock: Clock;
  readonly #settings = { maxVersions: 0, casRequired: false, deleteAfterSeconds: 0 };
  readonly #handlers: ReadonlyMap<string, Handler>;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#handlers = new Map<string, Handler>([
      ['data', (key, request) => this.#data(key, request)],
      ['metadata', (key, request) => this.#metadata(key, request)],
      ['delete', (key, request) => this.#mark(key, request, 'delete')],
      ['undelete', (key, request) => this.#mark(key, request, 'undelete')],
      ['destroy', (key, request) => this.#mark(key, request, 'destroy')],
    ]);
  }

  exists(path: string): boolean {
    const [, area = '', key = ''] = /^([^/]*)\/(.*)$/s.exec(path) ?? [];
    return (area !== 'data' && area !== 'metadata') || this.#keys.has(key);
  }

  handle(request: BackendRequest): Answer {
    if (request.path === 'config') return this.#config(request);
    const [, area = '', key = ''] = /^([^/]*)\/(.*)$/s.exec(request.path) ?? [];
    const handler = this.#handlers.get(area);
    const listing = area === 'metadata' && request.operation === 'list';
    return handler === undefined || (key === '' && !listing) ? invalidPath(request) : handler(key, request);
  }

  #data(name: string, request: BackendRequest): Answer {
    if (request.operation === 'list') return unsupportedOperation;
    if (name.endsWith('/')) return invalidPath(request);
    if (request.operation === 'read') return this.#read(name, request);
    if (isWrite(request)) return this.#write(name, request);
    if (request.operation !== 'delete') return unsupportedOperation;
    const key = this.#keys.get(name);
    key?.delete([key.current], this.#clock.now());
    return empty;
  }

  #read(name: string, request: BackendRequest): Answer {
    const fields = new Fields(request.data);
    const wanted = fields.integer('version') ?? 0;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    const key = this.#keys.get(name);
    const number = wanted > 0 ? wanted : (key?.current ?? 0);
    const version = key?.version(number);
    if (key === undefined || version === undefined) return empty;
    const metadata = key.versionMetadata(number);
    if (!key.isReadable(number, this.#clock.now()))
      return { kind: 'data', status: 404, data: { data: null, metadata } };
    return dataAnswer({ data: version.data, metadata });
  }

  #write(name: string, request: BackendRequest): Answer {
    const fields = new Fields(request.data);
    const data = fields.object('data');
    const options = new Fields(fields.object('options') ?? {});
    const cas = options.integer('cas');
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (data === undefined) return failure(400, 'no data provided');
    if (options.problem !== undefined) return failure(400, 'error parsing check-and-set parameter');
    const key = this.#keys.get(name) ?? new KvKey(this.#clock.now());
    const refusal = this.#checkAndSet(key, cas);
    if (refusal !== undefined) return failure(400, `check-and-set parameter ${refusal}`);
    this.#keys.set(name, key);
    return dataAnswer(key.versionMetadata(key.add(data, this.#clock.now(), this.#settings)));
  }

  #checkAndSet(key: KvKey, cas: number | undefined): string | undefined {
    if (cas !== undefined) return cas === key.current ? undefined : 'did not match the current version';
    return this.#settings.casRequired || key.casRequired ? 'required for this call' : undefined;
  }

  #metadata(name: string, request: BackendRequest): Answer {
    const key = this.#keys.get(name);
    if (request.operation === 'list') return listBelow(this.#keys.keys(), name);
    if (request.operation === 'read') return key === undefined ? empty : dataAnswer(key.metadata());
    if (request.operation !== 'delete') return this.#writeMetadata(name, request);
    this.#keys.delete(name);
    return empty;
  }

  #writeMetadata(name: string, request: BackendRequest): Answer {
    const fields = new Fields(request.data);
    const given = fields.object('custom_metadata');
    const custom = given === undefined ? undefined : readCustomMetadata(given);
    if (custom?.ok === false) return failure(400, custom.error);
    const key = this.#keys.get(name) ?? new KvKey(this.#clock.now());
    key.maxVersions = fields.integer('max_versions') ?? key.maxVersions;
    key.casRequired = fields.boolean('cas_required') ?? key.casRequired;
    key.deleteVersionAfterSeconds = fields.seconds('delete_version_after') ?? key.deleteVersionAfterSeconds;
    if (custom !== undefined) key.customMetadata = custom.value;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    this.#keys.set(name, key);
    return empty;
  }

  #mark(name: string, request: BackendRequest, how: 'delete' | 'undelete' | 'destroy'): Answer {
    if (!isWrite(request)) return unsupportedOperation;
    const fields = new Fields(request.data);
    const versions = fields.integers('versions') ?? [];
    if (fields.problem !== undefined) return failure(400, fields.problem);
    if (versions.length === 0)
      return failure(400, `${how === 'destroy' ? 'no' : 'No'} version number provided`);
    this.#keys.get(name)?.[how](versions, this.#clock.now());
    return empty;
  }

  #config(request: BackendRequest): Answer {
    const settings = this.#settings;
    if (request.operation === 'read')
      return dataAnswer({
        cas_required: settings.casRequired,
        delete_version_after: goDuration(settings.deleteAfterSeconds),
        max_versions: settings.maxVersions,
      });
    if (!isWrite(request)) return unsupportedOperation;
    const fields = new Fields(request.data);
    const maxVersions = fields.integer('max_versions') ?? settings.maxVersions;
    const casRequired = fields.boolean('cas_required') ?? settings.casRequired;
    const deleteAfterSeconds = fields.seconds('delete_version_after') ?? settings.deleteAfterSeconds;
    if (fields.problem !== undefined) return failure(400, fields.problem);
    Object.assign(settings, { maxVersions, casRequired, deleteAfterSeconds });
    return empty;
  }
}
