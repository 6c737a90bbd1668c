import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { watchPaths } from '../path-changes.ts';
import { err, ok, type Result } from '../result.ts';
import { isExternalSecretsResource, type ObjectCache } from './cache.ts';
import { parseDocuments, type ManifestText } from './documents.ts';
import { readManifestFiles, type ManifestFiles } from './manifest-files.ts';
import { parseManifests, type ParsedManifests } from './manifests.ts';
import type { KubeObject } from './object.ts';
import { closeStores, emptyStores, fillStores, groupOf, lookups } from './object-cache.ts';

export interface ManifestCacheOptions {
  /** Files and folders. */
  readonly paths: readonly string[];
  /** Whether objects of External Secrets Operator count too (default: no); else they are left out. */
  readonly externalSecretsOperator?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

const parseManifestFiles = (files: ManifestFiles): ParsedManifests => {
  const { documents, problems } = parseDocuments(files.texts);
  const parsed = parseManifests(documents);
  return { objects: parsed.objects, problems: [...files.problems, ...problems, ...parsed.problems] };
};

/** Reads and parses manifests, with the problems of both. */
export const readManifests = async (
  paths: readonly string[],
  standardInput?: string,
): Promise<ParsedManifests> => {
  return parseManifestFiles(await readManifestFiles(paths, standardInput));
};

const sameTexts = (one: readonly ManifestText[], other: readonly ManifestText[]): boolean =>
  one.length === other.length &&
  one.every(({ name, text }, index) => name === other[index]?.name && text === other[index].text);

/**
 * The objects of manifests, read again whenever a file below `paths` changes. The first reading must be free of problems; at a later one
 * that is not, the objects stay as they were and the problems are logged.
 */
export const startManifestCache = async ({
  paths,
  externalSecretsOperator = false,
  clock,
  log,
}: ManifestCacheOptions): Promise<Result<ObjectCache, readonly string[]>> => {
  const stores = emptyStores(clock);
  let texts: readonly ManifestText[] = [];

  const read = async (): Promise<readonly string[]> => {
    const files = await readManifestFiles(paths);
    if (files.problems.length === 0 && sameTexts(files.texts, texts)) return [];
    ({ texts } = files);
    const { objects, problems } = parseManifestFiles(files);
    const wanted = (object: KubeObject): boolean =>
      externalSecretsOperator || !isExternalSecretsResource({ group: groupOf(object) });
    if (problems.length === 0) fillStores(stores, objects.filter(wanted));
    return problems;
  };
  const reread = async (): Promise<void> => {
    const problems = await read();
    if (problems.length > 0) {
      log.error({ problems }, 'the manifests have problems; what was read before stays in use');
    }
  };

  // Watched before it is read, so that no change falls in between.
  const stopWatching = await watchPaths({ paths, clock, log, onChange: reread });
  const problems = await read();
  if (problems.length > 0) {
    await stopWatching();
    return err(problems);
  }
  return ok({
    ...lookups(stores),
    synced: true,
    whenSynced: Promise.resolve(),
    stop: async () => {
      closeStores(stores);
      await stopWatching();
    },
  });
};
