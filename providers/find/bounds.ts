import { providerError, type ProviderError } from '../../lib/provider-error.ts';

/**
 * What one find may cost. Whoever may write to the backend decides how much there is to be found, and all of it stands in the
 * agent's memory, in the pod's and, in the end, in files.
 */
export const findBounds = {
  /** Names that are looked at, folders among them. */
  names: 10_000,
  /** Secrets that fit, and so are read. */
  secrets: 1_000,
  /** Folders inside of one another. */
  levels: 16,
  /** Of all secrets together, in bytes. */
  bytes: 4 * 1024 * 1024,
  /** From its first request to its last answer, in milliseconds: less than the agent gives to a store as a whole. */
  milliseconds: 20_000,
} as const;

const narrow = 'narrow it by find.path or find.name';

export const tooManyNames = (): ProviderError =>
  providerError(
    'invalid',
    `the find has more than ${findBounds.names} names to look at: narrow it by find.path`,
  );

export const tooManySecrets = (count: number): ProviderError =>
  providerError(
    'invalid',
    `${count} secrets fit the find, and ${findBounds.secrets} are the most that are read: ${narrow}`,
  );

export const tooDeep = (folder: string): ProviderError =>
  providerError(
    'invalid',
    `the find goes ${findBounds.levels} folders deep at the most, and there are more below its ${folder}: name a folder further down as find.path`,
  );

export const tooManyBytes = (): ProviderError =>
  providerError(
    'invalid',
    `the secrets that fit the find have more than ${findBounds.bytes} bytes: ${narrow}`,
  );

export const tooSlow = (): ProviderError =>
  providerError('timeout', `the find did not end within ${findBounds.milliseconds / 1000} s`);
