import { resolve } from 'node:path';
import { systemClock } from '../lib/clock.ts';
import { parseDocuments, type ManifestDocuments } from '../lib/kube/documents.ts';
import { readManifestFiles } from '../lib/kube/manifest-files.ts';
import { parseManifests } from '../lib/kube/manifests.ts';
import { objectCache } from '../lib/kube/object-cache.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { catalogueOf } from '../webhook/catalogue.ts';
import type { ManifestArguments } from './arguments.ts';
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

/** Reads all manifests and decides about each document as the webhook would; an error lists what cannot be read. */
export const reviewManifests = async (
  { files, manifests, namespace, settings }: ManifestArguments,
  readInput: () => Promise<string>,
): Promise<Result<readonly Reviewed[], readonly string[]>> => {
  const input = [...files, ...manifests].includes('-') ? await readInput() : '';
  const seen = new Set<string>();
  const own = await readDocuments(files, input, seen);
  const further = await readDocuments(manifests, input, seen);
  const objects = parseManifests([...further.documents, ...own.documents], namespace);
  const problems = [...own.problems, ...further.problems, ...objects.problems];
  if (problems.length > 0) return err(problems);
  const catalogue = catalogueOf(objectCache(objects.objects, systemClock));
  return ok(own.documents.map((document) => reviewDocument(document, { catalogue, settings, namespace })));
};
