import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { parseDocuments } from '../../../lib/kube/documents.ts';
import { externalSecretsGroup } from '../../../lib/names.ts';
import { readStore, type Store, type StoreManifest } from '../../../lib/stores/store.ts';
import { runCli } from './run-cli.ts';

/** A case is a folder: what a team has, what its stores hold, and the files that this makes. */
const casesFolder = join(import.meta.dirname, '..', '..', 'golden', 'external-secrets');

export type Json = Readonly<Record<string, unknown>>;

/** Contents by path. */
export type Files = Readonly<Record<string, string>>;

/** What a store holds: a secret's properties, or its text, by key. */
export type Upstream = Readonly<Record<string, Readonly<Record<string, Json | string>>>>;

export interface EsoCase {
  readonly name: string;
  readonly folder: string;
  /** Why the case is there: the comment in the first line of `manifests.yaml`. */
  readonly why: string;
  readonly documents: readonly Json[];
  /** By the store's name. */
  readonly upstream: Upstream;
  /** The only namespace of its objects. */
  readonly namespace: string;
}

export const caseNames: readonly string[] = readdirSync(casesFolder).sort();

export const metadataOf = (document: Json): { readonly name: string; readonly namespace?: string } =>
  document['metadata'] as { name: string };

export const isStore = ({ kind }: Json): boolean => kind === 'SecretStore' || kind === 'ClusterSecretStore';
export const isExternalSecret = ({ kind }: Json): boolean => kind === 'ExternalSecret';

const documentsOf = (name: string, text: string): readonly Json[] => {
  const { documents, problems } = parseDocuments([{ name, text }]);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return documents.map(({ value }) => value);
};

export const loadCase = (name: string): EsoCase => {
  const folder = join(casesFolder, name);
  const text = readFileSync(join(folder, 'manifests.yaml'), 'utf8');
  const documents = documentsOf(name, text);
  const namespaces = new Set(documents.flatMap((document) => metadataOf(document).namespace ?? []));
  if (namespaces.size !== 1) throw new Error(`${name} has objects in ${namespaces.size} namespaces`);
  return {
    name,
    folder,
    why: /^# (.+)/.exec(text)?.[1] ?? '',
    documents,
    upstream: parse(readFileSync(join(folder, 'upstream.yaml'), 'utf8')) as Upstream,
    namespace: [...namespaces][0] ?? '',
  };
};

/** What a store says, whether or not Keyferry can serve it. */
export const readStoreOf = (document: Json): Store | undefined =>
  readStore(document as unknown as StoreManifest).store;

/** The change of one line: every object of External Secrets Operator becomes one of ours. */
export const moved = (documents: readonly Json[]): readonly Json[] =>
  documents.map((document) =>
    String(document['apiVersion']).startsWith(`${externalSecretsGroup}/`)
      ? { ...document, apiVersion: 'keyferry.dev/v1beta1' }
      : document,
  );

const withProvider = (document: Json, provider: Json): Json => ({
  ...document,
  spec: { ...(document['spec'] as Json), provider },
});

/** The same manifests with other stores: `providerOf` makes the provider of each. */
export const withStores = (
  documents: readonly Json[],
  providerOf: (name: string, written: Json) => Json,
): readonly Json[] =>
  documents.map((document) => {
    if (!isStore(document)) return document;
    const { provider } = document['spec'] as { provider: Json };
    return withProvider(document, providerOf(metadataOf(document).name, provider));
  });

/** Every store replaced by a file below a folder, which is written. */
export const withFileStores = (
  documents: readonly Json[],
  upstream: Upstream,
  folder: string,
): readonly Json[] =>
  withStores(documents, (name) => {
    const path = join(folder, `${name}.yaml`);
    writeFileSync(path, stringify(upstream[name]));
    return { file: { path } };
  });

const filesBelow = (folder: string): Files => {
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  const files = names.filter((name) => statSync(join(folder, name)).isFile()).sort();
  // One character a byte, so that nothing is lost and a difference can be read.
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), 'latin1')]));
};

export const wantedFiles = ({ folder }: EsoCase): Files => filesBelow(join(folder, 'want'));

/** For UPDATE_GOLDEN. */
export const writeWanted = ({ folder }: EsoCase, files: Files): void => {
  rmSync(join(folder, 'want'), { recursive: true, force: true });
  for (const [path, bytes] of Object.entries(files)) {
    const file = join(folder, 'want', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes, 'latin1');
  }
};

export interface Rendered {
  readonly status: number;
  /** What was said, with the folder's name left out. */
  readonly said: string;
  readonly files: Files;
}

/** `keyferry render` of manifests, which are written to `folder`, with further words of the command line. */
export const renderIn = async (
  folder: string,
  documents: readonly Json[],
  words: readonly string[] = [],
): Promise<Rendered> => {
  const [manifests, out] = [join(folder, 'manifests.yaml'), join(folder, 'out')];
  writeFileSync(manifests, documents.map((document) => stringify(document)).join('---\n'));
  const { status, out: text, error } = await runCli(['render', '-f', manifests, '-o', out, ...words]);
  return { status, said: `${error}${text}`.replaceAll(`${folder}/`, ''), files: filesBelow(out) };
};
