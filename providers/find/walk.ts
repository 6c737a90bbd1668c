import type { ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { mapWhileOk } from '../parallel.ts';
import { findBounds, tooDeep, tooManyNames } from './bounds.ts';

/** Segments of a path, from where the walk began. */
export type Path = readonly string[];

/** What a folder holds, by name. */
export interface Listing {
  readonly secrets: readonly string[];
  readonly folders: readonly string[];
}

/** Folders listed at once. */
const parallelListings = 8;

const below = (folder: Path, names: readonly string[]): Path[] => names.map((name) => [...folder, name]);

/** Every secret below a place, folder by folder, a level of them at a time. The first listing that fails is the outcome. */
export const walk = async (
  list: (folder: Path) => Promise<Result<Listing, ProviderError>>,
): Promise<Result<readonly Path[], ProviderError>> => {
  const secrets: Path[] = [];
  let seen = 0;
  let level: readonly Path[] = [[]];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > findBounds.levels) return err(tooDeep(quoted((level[0] ?? []).slice(0, -1).join('/'))));
    const listings = await mapWhileOk(level, parallelListings, async (folder) => {
      const listing = await list(folder);
      if (!listing.ok) return listing;
      seen += listing.value.secrets.length + listing.value.folders.length;
      return seen > findBounds.names ? err(tooManyNames()) : ok({ folder, ...listing.value });
    });
    if (!listings.ok) return listings;
    secrets.push(...listings.value.flatMap(({ folder, secrets: names }) => below(folder, names)));
    level = listings.value.flatMap(({ folder, folders }) => below(folder, folders));
  }
  return ok(secrets);
};
