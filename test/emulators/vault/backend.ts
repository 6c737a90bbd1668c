import type { X509Certificate } from 'node:crypto';
import type { Answer, JsonObject } from './answer.ts';
import type { Mount } from './mounts.ts';
import type { Namespace } from './namespaces.ts';
import type { Operation } from './policies/acl.ts';
import type { TokenEntry } from './tokens.ts';

/** A request on its way to a backend, already allowed. */
export interface BackendRequest {
  readonly operation: Operation;
  /** The path below the mount. */
  readonly path: string;
  /** The path with the mount in front, as in lease ids. */
  readonly fullPath: string;
  readonly data: JsonObject;
  readonly namespace: Namespace;
  readonly mount: Mount;
  /** The token that asks; undefined only on paths that need none. */
  readonly token: TokenEntry | undefined;
  /** Whether a token was sent at all, good or not. */
  readonly tokenSent: boolean;
  /** What the client showed of itself when it connected. */
  readonly clientCertificate: X509Certificate | undefined;
}

/** One engine, auth method or part of Vault itself, as it stands behind one mount. */
export interface Backend {
  /** Whether the thing that is written to is there, which makes a write an update and not a creation. Without this it is an update. */
  exists?(path: string): boolean;
  /** Whether a path needs no token. */
  isOpen?(path: string): boolean;
  handle(request: BackendRequest): Answer | Promise<Answer>;
}
