export type JsonObject = Record<string, unknown>;

/** The lease that Vault states beside a secret. KV v1 states a duration without an id. */
export interface LeaseBlock {
  readonly id: string;
  readonly seconds: number;
  readonly renewable: boolean;
}

/** The `auth` object of a login or a token renewal. */
export interface AuthBlock {
  readonly clientToken: string;
  readonly accessor: string;
  readonly policies: readonly string[];
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly leaseSeconds: number;
  readonly renewable: boolean;
  readonly entityId: string;
  readonly tokenType: 'service' | 'batch';
  readonly orphan: boolean;
  readonly numberOfUses: number;
}

/** What a backend decides; `render` makes Vault's status and body of it. */
export type Answer =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'data';
      readonly data: JsonObject | null;
      readonly status?: number;
      readonly lease?: LeaseBlock;
      readonly warnings?: readonly string[];
      /** Some paths under `sys/` repeat their data beside `data`. */
      readonly alsoAtTop?: boolean;
    }
  | { readonly kind: 'auth'; readonly auth: AuthBlock; readonly warnings?: readonly string[] }
  | { readonly kind: 'bare'; readonly status: number; readonly body?: JsonObject }
  | { readonly kind: 'error'; readonly status: number; readonly errors: readonly string[] };

export const empty: Answer = { kind: 'empty' };

export const dataAnswer = (data: JsonObject | null): Answer => ({ kind: 'data', data });

export const failure = (status: number, ...errors: string[]): Answer => ({ kind: 'error', status, errors });

/** Vault collects errors on the way and prints them as a list; only a backend's own sentence comes without one. */
export const errorList = (...errors: string[]): string =>
  `${errors.length} error${errors.length === 1 ? '' : 's'} occurred:\n${errors.map((error) => `\t* ${error}\n`).join('')}\n`;

/** No token at all, or a login that fails a check whose details Vault keeps to itself. */
export const denied = failure(403, 'permission denied');

/** A token that no policy lets do this. */
export const deniedByPolicy = failure(403, errorList('permission denied'));

/** A token that is unknown, expired or revoked. */
export const invalidToken = failure(403, errorList('permission denied', 'invalid token'));

/** A path that the backend does not have. */
export const unsupportedPath = failure(404, errorList('unsupported path'));

/** A path that the backend has, but not for this operation. */
export const unsupportedOperation = failure(405, errorList('unsupported operation'));
