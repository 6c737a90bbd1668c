/** What the SDK may ask for through the gateway: a log-in and three ways to read. Nothing that it could change anything with. */

export type Operation = 'login' | 'sync' | 'read';

export interface Route {
  readonly operation: Operation;
  readonly server: 'identity' | 'api';
  readonly method: 'GET' | 'POST';
  /** Behind the server's base URL, with its query. */
  readonly path: string;
  /** Most bytes of the answer. */
  readonly maximumBytes: number;
}

const mebibyte = 1024 * 1024;

/** Secrets in one request. */
export const secretsAtOnce = 100;

const uuid = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

/**
 * A read of several has 64 KiB for each (Bitwarden's own limits are 25,000 characters a value, before encryption). A sync has every secret that
 * the machine account may read.
 */
const known: readonly (Omit<Route, 'path'> & { readonly pattern: RegExp })[] = [
  {
    operation: 'login',
    server: 'identity',
    method: 'POST',
    pattern: /^\/connect\/token$/,
    maximumBytes: mebibyte,
  },
  {
    operation: 'sync',
    server: 'api',
    method: 'GET',
    pattern: new RegExp(`^/organizations/${uuid}/secrets/sync(?:\\?lastSyncedDate=[0-9A-Za-z%.+:-]{1,64})?$`),
    maximumBytes: 16 * mebibyte,
  },
  {
    operation: 'read',
    server: 'api',
    method: 'GET',
    pattern: new RegExp(`^/secrets/${uuid}$`),
    maximumBytes: mebibyte,
  },
  {
    operation: 'read',
    server: 'api',
    method: 'POST',
    pattern: /^\/secrets\/get-by-ids$/,
    maximumBytes: secretsAtOnce * 64 * 1024,
  },
];

/** Where a request of the SDK goes, by what stands behind the gateway's secret: `/identity/…` or `/api/…`. Undefined: nowhere. */
export const routeOf = (method: string, target: string): Route | undefined => {
  for (const { pattern, ...route } of known) {
    const base = `/${route.server}`;
    const path = target.startsWith(`${base}/`) ? target.slice(base.length) : undefined;
    if (path !== undefined && method === route.method && pattern.test(path)) return { ...route, path };
  }
  return undefined;
};
