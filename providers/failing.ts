import type { ProviderError } from '../lib/provider-error.ts';
import { err } from '../lib/result.ts';
import type { Provider } from './provider.ts';

/** A store whose settings cannot work: every read says why. */
export const failingProvider = (error: ProviderError): Provider => ({
  read: (sources) => Promise.resolve(sources.map(() => err(error))),
  close: () => undefined,
});
