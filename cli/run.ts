import { resolve } from 'node:path';
import { stringify } from 'yaml';
import { systemClock } from '../lib/clock.ts';
import { parseDocuments, type ManifestDocuments } from '../lib/kube/documents.ts';
import { readManifestFiles } from '../lib/kube/manifest-files.ts';
import { parseManifests } from '../lib/kube/manifests.ts';
import { objectCache } from '../lib/kube/object-cache.ts';
import { catalogueOf } from '../webhook/catalogue.ts';
import { parseArguments, usage, type Arguments } from './arguments.ts';
import { nothingAsked, reviewDocument, type Reviewed } from './review.ts';

/** What a command reads and writes, so that `main` alone touches the process. */
export interface Streams {
  readonly readInput: () => Promise<string>;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

const wellStatus = 0;
const problemStatus = 1;
const usageStatus = 2;

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

const asJson = (reviewed: readonly Reviewed[], { command }: Arguments): string => {
  const items = reviewed.map(({ document, ...item }) =>
    command === 'inject' ? { ...item, document } : item,
  );
  return `${JSON.stringify({ items }, undefined, 2)}\n`;
};

/**
 * How documents are printed: without anchors, and with quotes around what a YAML 1.1 reader such as `kubectl` would take for
 * something else than text (`on`, `no`).
 */
const yamlStyle = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;

const printDocuments = (reviewed: readonly Reviewed[], out: Streams['out']): void => {
  const printed = reviewed
    .filter(({ outcome }) => outcome !== 'deny')
    .map(({ document }) => stringify(document, yamlStyle));
  out(printed.join('---\n'));
};

const sayFindings = (reviewed: readonly Reviewed[], say: Streams['out']): void => {
  for (const { source, title, problems, warnings } of reviewed) {
    if (problems.length > 0)
      say(`${source}: ${title}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n`);
    for (const { place, message } of problems) say(`  ${place}: ${message}\n`);
    for (const warning of warnings) say(`${source}: ${title}: warning: ${warning}\n`);
  }
};

const countOf = (reviewed: readonly Reviewed[], outcome: Reviewed['outcome']): number =>
  reviewed.filter((item) => item.outcome === outcome).length;

const summary = (reviewed: readonly Reviewed[]): string =>
  `${countOf(reviewed, 'inject')} would be injected, ${countOf(reviewed, 'deny')} refused, ${countOf(reviewed, 'skip')} left alone\n`;

const report = (reviewed: readonly Reviewed[], arguments_: Arguments, streams: Streams): number => {
  const nothing = nothingAsked(reviewed);
  if (nothing !== undefined) streams.error(`keyferry: ${nothing}\n`);
  if (arguments_.output === 'json') {
    streams.out(asJson(reviewed, arguments_));
  } else if (arguments_.command === 'inject') {
    printDocuments(reviewed, streams.out);
    sayFindings(reviewed, streams.error);
  } else {
    sayFindings(reviewed, streams.out);
    streams.out(summary(reviewed));
  }
  return reviewed.some(({ problems }) => problems.length > 0) ? problemStatus : wellStatus;
};

const run = async (arguments_: Arguments, streams: Streams): Promise<number> => {
  const { files, manifests, namespace, settings } = arguments_;
  const input = [...files, ...manifests].includes('-') ? await streams.readInput() : '';
  const seen = new Set<string>();
  const own = await readDocuments(files, input, seen);
  const further = await readDocuments(manifests, input, seen);
  const objects = parseManifests([...further.documents, ...own.documents], namespace);
  const problems = [...own.problems, ...further.problems, ...objects.problems];
  if (problems.length > 0) {
    for (const problem of problems) streams.error(`keyferry: ${problem}\n`);
    return usageStatus;
  }
  const catalogue = catalogueOf(objectCache(objects.objects, systemClock));
  const reviewed = own.documents.map((document) =>
    reviewDocument(document, { catalogue, settings, namespace }),
  );
  return report(reviewed, arguments_, streams);
};

/** The `keyferry` command; resolves to its exit status. */
export const runCommand = async (argv: readonly string[], streams: Streams): Promise<number> => {
  const parsed = parseArguments(argv);
  if (!parsed.ok) {
    for (const problem of parsed.error) streams.error(`keyferry: ${problem}\n`);
    streams.error(`\n${usage}`);
    return usageStatus;
  }
  if (parsed.value.kind === 'help') {
    streams.out(usage);
    return wellStatus;
  }
  return run(parsed.value.arguments, streams);
};
