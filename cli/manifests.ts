import { resolve } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { parseDocuments, type ManifestDocument, type ManifestDocuments } from '../lib/kube/documents.ts';
import { readManifestFiles } from '../lib/kube/manifest-files.ts';
import { parseManifests } from '../lib/kube/manifests.ts';
import { objectCache } from '../lib/kube/object-cache.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { catalogueOf } from '../webhook/catalogue.ts';
import type { Catalogue } from '../webhook/core/catalogue.ts';
import type { ManifestArguments } from './arguments/arguments.ts';
import { withBroker } from './broker-settings.ts';
import { reviewDocument, type Reviewed } from './review.ts';

/** Reads files and folders; a file that was read already (`seen`) is not read again: stores may stand beside the pods. */
const readDocuments = async (
  paths: readonly string[],
  input: string,
  seen: Set<string>,
): Promise<ManifestDocuments> => {
  const files = await readManifestFiles(paths, input);
  const texts = files.texts.filter(({ name }) => name === '-' || seen.size < seen.add(resolve(name)).size);
  const parsed = parseDocuments(texts);
  return { documents: parsed.documents, problems: [...files.problems, ...parsed.problems] };
};

/** What a command was given to read. */
interface Given {
  readonly files: readonly string[];
  readonly manifests: readonly string[];
  readonly namespace: string;
}

/** Manifests that were read. */
export interface LoadedManifests {
  /** Of `-f`, in order. */
  readonly own: readonly ManifestDocument[];
  /** Of `-f` and `-m`. */
  readonly all: readonly ManifestDocument[];
  readonly catalogue: Catalogue;
}

/** The certificates of the broker that runs somewhere are seldom among manifests, and missing they are worth no warning. */
const withTrust = (catalogue: Catalogue): Catalogue => ({
  ...catalogue,
  brokerTrust: (namespace) => catalogue.brokerTrust(namespace) ?? '',
});

/** Reads all manifests; an error lists what cannot be read. */
export const loadManifests = async (
  { files, manifests, namespace }: Given,
  readInput: () => Promise<string>,
): Promise<Result<LoadedManifests, readonly string[]>> => {
  const input = [...files, ...manifests].includes('-') ? await readInput() : '';
  const seen = new Set<string>();
  const own = await readDocuments(files, input, seen);
  const further = await readDocuments(manifests, input, seen);
  const all = [...further.documents, ...own.documents];
  const objects = parseManifests(all, namespace);
  const problems = [...own.problems, ...further.problems, ...objects.problems];
  if (problems.length > 0) return err(problems);
  const catalogue = withTrust(catalogueOf(objectCache(objects.objects, systemClock)));
  return ok({ own: own.documents, all, catalogue });
};

/** Reads all manifests and decides about each document as the webhook would; an error lists what cannot be read. */
export const reviewManifests = async (
  given: ManifestArguments,
  readInput: () => Promise<string>,
): Promise<Result<readonly Reviewed[], readonly string[]>> => {
  const settings = await withBroker(given.settings, given.broker);
  const loaded = await loadManifests(given, readInput);
  if (!settings.ok || !loaded.ok)
    return err([...(settings.ok ? [] : settings.error), ...(loaded.ok ? [] : loaded.error)]);
  const { own, catalogue } = loaded.value;
  const known = { catalogue, settings: settings.value, namespace: given.namespace };
  return ok(own.map((document) => reviewDocument(document, known)));
};
