import type { ProviderError } from '../../lib/provider-error.ts';

/** A pod that has proved who it is: by its token, which the API server vouches for, and by being there. */
export interface Caller {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pod: { readonly name: string; readonly uid: string };
  /** When the token ends, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Why a caller is not served. */
export interface Refused {
  readonly status: 401 | 403 | 503;
  readonly error: ProviderError;
}

/** The caller's token is no good, or there is none. */
export const unauthenticated = (message: string): Refused => ({
  status: 401,
  error: { code: 'unauthenticated', message },
});

/** It is known who calls, and they get nothing. */
export const denied = (message: string): Refused => ({ status: 403, error: { code: 'denied', message } });

/** It cannot be told now who calls. */
export const unavailable = (message: string, retryAfterMs = 1000): Refused => ({
  status: 503,
  error: { code: 'unavailable', message, retryAfterMs },
});
