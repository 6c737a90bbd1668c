import { dataAnswer, failure, unsupportedOperation, unsupportedPath } from '../answer.ts';
import { handleLeases } from './leases-api.ts';
import { handleMounts } from './mounts-api.ts';
import { handlePolicies } from './policies-api.ts';
import { listVisibleMounts, readMountOf } from './ui-mounts.ts';
import type { Answer } from '../answer.ts';
import type { Backend, BackendRequest } from '../backend.ts';
import type { LeaseStore } from '../leases.ts';
import type { MountFactory } from '../mount-factory.ts';
import type { Acl } from '../policies/acl.ts';
import type { TokenEntry } from '../tokens.ts';

export interface SystemDependencies {
  readonly leases: LeaseStore;
  readonly factory: MountFactory;
  readonly aclOf: (token: TokenEntry) => Acl;
  /** Makes a namespace below another one; false when it is there already. */
  readonly addNamespace: (path: string) => boolean;
}

type Route = readonly [RegExp, (request: BackendRequest, ...captures: string[]) => Answer];

/** What stands under `sys/`, as far as clients and their set-up need it. */
export class SystemBackend implements Backend {
  readonly #routes: readonly Route[];

  constructor({ leases, factory, aclOf, addNamespace }: SystemDependencies) {
    this.#routes = [
      [/^internal\/ui\/mounts$/, (request) => listVisibleMounts(request, aclOf)],
      [/^internal\/ui\/mounts\/(.+)$/s, (request, path = '') => readMountOf(request, path, aclOf)],
      [
        /^(?:leases\/)?(renew|revoke)(?:\/(.*))?$/s,
        (request, verb = '', id = '') => handleLeases(request, verb, id, leases),
      ],
      [/^leases\/(lookup)$/, (request, verb = '') => handleLeases(request, verb, '', leases)],
      [/^mounts(?:\/(.*))?$/, (request, path = '') => handleMounts(request, 'secret', path, factory)],
      [/^auth(?:\/(.*))?$/, (request, path = '') => handleMounts(request, 'auth', path, factory)],
      [/^policies\/acl(?:\/(.*))?$/, (request, name = '') => handlePolicies(request, name, false)],
      [/^policy(?:\/(.*))?$/, (request, name = '') => handlePolicies(request, name, true)],
      [
        /^namespaces\/([^/]+)$/,
        (request, name = '') => {
          if (request.operation !== 'update') return unsupportedOperation;
          const path = `${request.namespace.path}${name}/`;
          return addNamespace(path)
            ? dataAnswer({ path })
            : failure(400, `namespace "${name}" already exists`);
        },
      ],
    ];
  }

  isOpen(path: string): boolean {
    return path === 'internal/ui/mounts' || path.startsWith('internal/ui/mounts/');
  }

  handle(request: BackendRequest): Answer {
    for (const [pattern, route] of this.#routes) {
      const match = pattern.exec(request.path);
      if (match !== null) return route(request, ...match.slice(1));
    }
    return unsupportedPath;
  }
}
