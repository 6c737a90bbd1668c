import { createHash } from 'node:crypto';
import type { PlanFind } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { findBounds, tooManyNames, tooManySecrets } from '../find/bounds.ts';
import { loadNameMatcher } from '../find/name-matcher.ts';
import type { Names } from './names.ts';
import type { SecretName } from './sdk/messages.ts';

const invalid = (message: string): Result<never, ProviderError> => err(providerError('invalid', message));

/**
 * The secrets of the project whose names fit. Each must have its name for itself, because it becomes a file of that name. External Secrets
 * Operator gives all that the machine account sees, by id and whatever the find says; Bitwarden has no folders and no tags to find by.
 */
export const fittingSecrets = async (
  { path, name, tags = [] }: PlanFind,
  names: Names,
): Promise<Result<readonly SecretName[], ProviderError>> => {
  if (path !== undefined) return invalid('Bitwarden has no folders: leave out find.path');
  if (tags.length > 0) return invalid('Bitwarden has no tags: leave out find.tags');
  if (names.all.length > findBounds.names) return err(tooManyNames());
  const fits = await loadNameMatcher(name);
  if (!fits.ok) return fits;
  const fitting = names.all.filter((secret) => fits.value(secret.name));
  if (fitting.length > findBounds.secrets) return err(tooManySecrets(fitting.length));
  for (const secret of fitting) {
    const only = names.resolve(secret.name);
    if (!only.ok && only.error.code === 'invalid') return only;
  }
  return ok(fitting.sort((a, b) => (a.name < b.name ? -1 : 1)));
};

/** The version of what a find gave: another one as soon as one of its secrets is another, has another name, or is not there any more. */
export const versionOfFound = (secrets: readonly SecretName[]): string => {
  const lines = secrets.map(({ id, name, revision }) => JSON.stringify([id, name, revision]));
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
};
