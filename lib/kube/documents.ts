import { parseAllDocuments, type Document, type ScalarTag } from 'yaml';
import { errorMessage } from '../error-message.ts';
import { isRecord } from './object.ts';

/** One text to read manifests from. */
export interface ManifestText {
  /** File name for messages; `-` for standard input. */
  readonly name: string;
  readonly text: string;
}

/** One object of a manifest, as written. */
export interface ManifestDocument {
  /** For messages: file, and number of the document where there are several. */
  readonly source: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export interface ManifestDocuments {
  readonly documents: readonly ManifestDocument[];
  /** Each names the file and the document. */
  readonly problems: readonly string[];
}

type Step = { readonly value: unknown } | { readonly problem: string };

const valueOf = (document: Document.Parsed): Step => {
  const error = document.errors[0];
  if (error !== undefined) {
    // Further lines of the message quote the file.
    return { problem: error.message.split('\n', 1)[0]?.replace(/:$/u, '') ?? error.code };
  }
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown };
  } catch (thrown) {
    return { problem: errorMessage(thrown) };
  }
};

/** The objects of a `List` (any unnamed kind that ends so and has items), else the value itself. */
const expand = (value: unknown): readonly unknown[] => {
  if (!isRecord(value)) return [value];
  const { kind, items } = value;
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [value];
};

const parseDocument = (source: string, document: Document.Parsed): ManifestDocuments => {
  const step = valueOf(document);
  if ('problem' in step) return { documents: [], problems: [`${source}: ${step.problem}`] };
  if (step.value === null || step.value === undefined) return { documents: [], problems: [] };
  const documents: ManifestDocument[] = [];
  const problems: string[] = [];
  const values = expand(step.value);
  for (const [index, value] of values.entries()) {
    const place = values.length === 1 ? source : `${source}, item ${index + 1}`;
    if (isRecord(value)) documents.push({ source: place, value });
    else problems.push(`${place}: is not an object`);
  }
  return { documents, problems };
};

const join = (parts: readonly ManifestDocuments[]): ManifestDocuments => ({
  documents: parts.flatMap(({ documents }) => documents),
  problems: parts.flatMap(({ problems }) => problems),
});

/**
 * What `kubectl` reads otherwise than YAML 1.2: `0644` is octal, and `yes`, `no`, `on` and `off` are booleans
 * (https://github.com/kubernetes-sigs/yaml). In JSON these texts cannot stand without quotes.
 */
const kubectlScalars: ScalarTag[] = [
  {
    tag: 'tag:yaml.org,2002:int',
    default: true,
    test: /^[-+]?0[0-7]+$/,
    resolve: (text) => Number.parseInt(text, 8),
  },
  {
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test: /^(?:yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/,
    resolve: (text) => /^(?:y|on)/i.test(text),
  },
];

const parseText = ({ name, text }: ManifestText): ManifestDocuments => {
  const parsed = parseAllDocuments(text, {
    merge: true,
    customTags: (tags) => [...kubectlScalars, ...tags],
  });
  const all = 'empty' in parsed ? [] : parsed;
  return join(
    all.map((document, index) =>
      parseDocument(all.length === 1 ? name : `${name}, document ${index + 1}`, document),
    ),
  );
};

/**
 * Reads YAML or JSON with any number of documents. Duplicate keys are errors, as they are to `kubectl`; empty documents are skipped;
 * `List` kinds become their items.
 */
export const parseDocuments = (texts: readonly ManifestText[]): ManifestDocuments =>
  join(texts.map(parseText));
