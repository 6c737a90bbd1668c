import type { Clock } from '../../lib/clock.ts';
import type { Logger } from '../../lib/log.ts';
import type { PlanFind } from '../../lib/plan.ts';
import { providerError, type ProviderError } from '../../lib/provider-error.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { tooManySecrets, findBounds } from '../find/bounds.ts';
import { Collection } from '../find/found-secrets.ts';
import { loadNameMatcher } from '../find/name-matcher.ts';
import { withinTime } from '../find/time-limit.ts';
import { walk, type Path } from '../find/walk.ts';
import { mapWhileOk } from '../parallel.ts';
import type { VaultConnection } from '../../lib/connections/connection.ts';
import type { ReadOutcome } from '../provider.ts';
import { resolveFolder, type FolderPath } from './folder.ts';
import type { KvRequests, Pass } from './kv-requests.ts';
import type { Tags } from './metadata.ts';
import type { MountTable } from './mount-table.ts';
import { showMount, showPath, type SecretPath } from './path.ts';

export interface FinderOptions {
  readonly store: VaultConnection;
  /** As `PathRules` have it. */
  readonly byWords: boolean;
  readonly requests: KvRequests;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Requests of one find under way at once. */
const parallelRequests = 8;

/** A secret that was listed. */
interface Candidate {
  /** What it is called in the document, and what an expression is matched against. */
  readonly name: string;
  readonly path: SecretPath;
}

type Candidates = Result<readonly Candidate[], ProviderError>;

const candidateOf =
  ({ mount, kvVersion, seen, folder, written }: FolderPath) =>
  (below: Path): Candidate => ({
    name: showPath([...written, ...below]),
    path: { kind: 'secret', mount, kvVersion, seen, secret: [...folder, ...below] },
  });

const wantedTags = ({ tags = [] }: PlanFind): NonNullable<PlanFind['tags']> => tags;

const fits = (tags: Tags, find: PlanFind): boolean =>
  wantedTags(find).every(({ name, value }) => tags.get(name) === value);

/**
 * Finds secrets as External Secrets Operator does (its providers/v1/vault, GetAllSecrets): lists a folder and those in it, matches names
 * that begin with the find's path, and takes custom metadata for tags, which a find that has an expression does not look at.
 */
export class Finder {
  readonly #options: FinderOptions;
  #hasWarned = false;

  constructor(options: FinderOptions) {
    this.#options = options;
  }

  find(find: PlanFind, mounts: MountTable, { authority, signal }: Pass): Promise<ReadOutcome> {
    return withinTime(this.#options.clock, signal, (limited) =>
      this.#find(find, mounts, { authority, signal: limited }),
    );
  }

  async #find(find: PlanFind, mounts: MountTable, pass: Pass): Promise<ReadOutcome> {
    const { store, byWords } = this.#options;
    const { path: storePath, kvVersion } = store;
    const folder = resolveFolder(find.path, { storePath, kvVersion, mounts, byWords });
    if (!folder.ok) return folder;
    if (folder.value.kvVersion === 1 && wantedTags(find).length > 0)
      return err(
        providerError(
          'invalid',
          `${showMount(folder.value.mount)} is KV version 1, which keeps no metadata: leave out find.tags`,
        ),
      );
    const candidates = await this.#candidates(folder.value, find, pass);
    return candidates.ok ? this.#read(candidates.value, pass) : candidates;
  }

  async #candidates(folder: FolderPath, find: PlanFind, pass: Pass): Promise<Candidates> {
    const fitsName = await loadNameMatcher(find.name);
    if (!fitsName.ok) return fitsName;
    const paths = await walk((below) => this.#list(folder, below, pass));
    if (!paths.ok) return paths;
    const named = paths.value.map(candidateOf(folder)).filter(({ name }) => fitsName.value(name));
    if (named.length > findBounds.secrets) return err(tooManySecrets(named.length));
    if (wantedTags(find).length === 0) return ok(named);
    if (find.name === undefined) return this.#tagged(named, find, pass);
    this.#warnOfTags();
    return ok(named);
  }

  /** A folder that was emptied after it was listed is empty; that there is nothing at all where the find looks is an error. */
  async #list(folder: FolderPath, below: Path, pass: Pass): ReturnType<KvRequests['list']> {
    const listing = await this.#options.requests.list(
      { ...folder, folder: [...folder.folder, ...below] },
      pass,
    );
    return !listing.ok && listing.error.code === 'not_found' && below.length > 0
      ? ok({ secrets: [], folders: [] })
      : listing;
  }

  async #tagged(candidates: readonly Candidate[], find: PlanFind, pass: Pass): Promise<Candidates> {
    const judged = await mapWhileOk(candidates, parallelRequests, async (candidate) => {
      const tags = await this.#options.requests.tags(candidate.path, pass);
      if (tags.ok) return ok(fits(tags.value, find) ? [candidate] : []);
      return tags.error.code === 'not_found' ? ok([]) : tags;
    });
    return judged.ok ? ok(judged.value.flat()) : judged;
  }

  async #read(candidates: readonly Candidate[], pass: Pass): Promise<ReadOutcome> {
    const collection = new Collection();
    const taken = await mapWhileOk(candidates, parallelRequests, async ({ name, path }) =>
      collection.take(name, await this.#options.requests.readNewest(path, pass)),
    );
    return taken.ok ? collection.outcome() : taken;
  }

  #warnOfTags(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.log.warn('the find has a name, so its tags are not looked at');
  }
}
