import { dataAnswer, denied, failure, invalidToken } from '../answer.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { BackendRequest } from '../backend.ts';
import type { Acl } from '../policies/acl.ts';
import type { TokenEntry } from '../tokens.ts';

/** `sys/internal/ui/mounts`: the mounts that the token can see. Without a token: none, since nothing here is public. */
export function listVisibleMounts(request: BackendRequest, aclOf: (token: TokenEntry) => Acl): Answer {
  const { token, namespace } = request;
  if (request.tokenSent && token === undefined) return invalidToken;
  const acl = token === undefined ? undefined : aclOf(token);
  const visible = (table: 'secret' | 'auth'): JsonObject =>
    Object.fromEntries(
      namespace.mounts
        .list(table)
        .filter((mount) => acl?.canSeeMount(namespace.path + mount.fullPath) === true)
        .map((mount) => [mount.path, mount.describe()]),
    );
  return dataAnswer({ auth: visible('auth'), secret: visible('secret') });
}

/**
 * `sys/internal/ui/mounts/<path>`: the mount that a path lies on, for tokens that may touch anything on it
 * (https://github.com/hashicorp/vault/blob/main/vault/logical_system.go, `pathInternalUIMountRead`). A path that nothing is
 * mounted on gets the same refusal, so that nobody can feel their way along the mounts.
 */
export function readMountOf(
  request: BackendRequest,
  path: string,
  aclOf: (token: TokenEntry) => Acl,
): Answer {
  const { token, namespace } = request;
  if (token === undefined) return request.tokenSent ? invalidToken : denied;
  const full = `${path.replace(/^\//, '').replace(/\/$/, '')}/`;
  const mount = namespace.mounts.match(full);
  if (mount === undefined || !aclOf(token).canSeeMount(namespace.path + mount.fullPath))
    return failure(
      403,
      `preflight capability check returned 403, please ensure client's policies grant access to path "${full}"`,
    );
  return dataAnswer({ ...mount.describe(), path: mount.path });
}
