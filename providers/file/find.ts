import type { PlanFind } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { findBounds, tooManyNames, tooManySecrets } from '../find/bounds.ts';
import { Collection } from '../find/found-secrets.ts';
import { loadNameMatcher } from '../find/name-matcher.ts';
import type { ReadOutcome } from '../provider.ts';

/** An opened store: what it has, and one secret of it. */
export interface Files {
  keys(): Promise<Result<readonly string[], ProviderError>>;
  lookUp(key: string): Promise<Result<Buffer, ProviderError>>;
}

/** The keys that begin with the find's path and fit its expression. */
const fittingKeys = async (
  { path = '', name, tags = [] }: PlanFind,
  files: Files,
): Promise<Result<readonly string[], ProviderError>> => {
  if (tags.length > 0) return err(providerError('invalid', 'a file store has no tags: leave out find.tags'));
  const fitsName = await loadNameMatcher(name);
  if (!fitsName.ok) return fitsName;
  const keys = await files.keys();
  if (!keys.ok) return keys;
  if (keys.value.length > findBounds.names) return err(tooManyNames());
  const fitting = keys.value.filter((key) => key.startsWith(path) && fitsName.value(key));
  return fitting.length > findBounds.secrets ? err(tooManySecrets(fitting.length)) : ok(fitting);
};

/** Reads every secret that fits. */
export const findInFiles = async (
  find: PlanFind,
  files: Files,
  read: (key: string) => Promise<ReadOutcome>,
): Promise<ReadOutcome> => {
  const keys = await fittingKeys(find, files);
  if (!keys.ok) return keys;
  const collection = new Collection();
  for (const key of keys.value) {
    const taken = collection.take(key, await read(key));
    if (!taken.ok) return taken;
  }
  return collection.outcome();
};
