/** What went wrong at a store, in the words that logs, metrics, `/status` and termination messages share. */
export type ProviderErrorCode =
  'not_found' | 'denied' | 'unauthenticated' | 'throttled' | 'unavailable' | 'invalid' | 'timeout';

/** A failed read. `message` is a sentence of ours: never a backend's answer, never a value. */
export interface ProviderError {
  readonly code: ProviderErrorCode;
  readonly message: string;
  /** What the backend asked for (`Retry-After`), in milliseconds. */
  readonly retryAfterMs?: number;
}

export const providerError = (
  code: ProviderErrorCode,
  message: string,
  retryAfterMs?: number,
): ProviderError => ({ code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

/**
 * Errors that time alone does not cure: somebody has to change a policy, a path or a manifest. A start fails on them at
 * once; a running agent keeps the last good value and asks again on its schedule.
 */
export const isPermanent = (code: ProviderErrorCode): boolean =>
  code === 'not_found' || code === 'denied' || code === 'invalid';
