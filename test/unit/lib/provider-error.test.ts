import { expect, test } from '@jest/globals';
import { isPermanent, providerError, type ProviderErrorCode } from '../../../lib/provider-error.ts';

const permanent: Record<ProviderErrorCode, boolean> = {
  not_found: true,
  denied: true,
  invalid: true,
  unauthenticated: false,
  throttled: false,
  unavailable: false,
  timeout: false,
};

test.each(Object.entries(permanent))('time alone cures %s: not %s', (code, wanted) => {
  expect(isPermanent(code as ProviderErrorCode)).toBe(wanted);
});

test('an error has a wait only where the backend asked for one', () => {
  expect(providerError('throttled', 'm', 5)).toEqual({ code: 'throttled', message: 'm', retryAfterMs: 5 });
  expect(Object.keys(providerError('denied', 'm'))).toEqual(['code', 'message']);
});
