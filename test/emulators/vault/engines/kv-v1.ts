import { empty, failure, unsupportedOperation } from '../answer.ts';
import { parseSeconds } from '../fields.ts';
import { listBelow } from './listing.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';

/**
 * KV version 1: one value a path, overwritten in place
 * (https://github.com/hashicorp/vault-plugin-secrets-kv/blob/main/passthrough.go). Reads state a duration without a lease.
 */
export class KvVersion1 implements Backend {
  readonly #secrets = new Map<string, JsonObject>();

  exists(path: string): boolean {
    return this.#secrets.has(path);
  }

  handle(request: BackendRequest): Answer {
    switch (request.operation) {
      case 'read':
        return this.#read(request);
      case 'list':
        return listBelow(this.#secrets.keys(), request.path);
      case 'create':
      case 'update':
        return this.#write(request);
      case 'delete':
        this.#secrets.delete(request.path);
        return empty;
      default:
        return unsupportedOperation;
    }
  }

  #read(request: BackendRequest): Answer {
    const data = this.#secrets.get(request.path);
    if (data === undefined) return empty;
    const seconds = parseSeconds(data['ttl'] ?? data['lease']) ?? request.mount.limits.defaultSeconds;
    return { kind: 'data', data, lease: { id: '', seconds, renewable: false } };
  }

  #write(request: BackendRequest): Answer {
    if (request.path === '') return failure(400, 'missing path');
    if (Object.keys(request.data).length === 0) return failure(400, 'missing data fields');
    this.#secrets.set(request.path, request.data);
    return empty;
  }
}
