import { given } from '../../lib/given.ts';
import {
  sourcesOfFile,
  type Plan,
  type PlanExternalSecretFile,
  type PlanFile,
  type PlanSource,
} from '../../lib/plan.ts';
import type { Decoding } from '../../lib/ref.ts';
import { sourceText } from '../../lib/source-text.ts';
import { backendOf, isLeased, maybeLeased } from './rounds.ts';

/** When a file's secret is read. */
export type Refresh =
  | { readonly kind: 'once' }
  | { readonly kind: 'interval'; readonly seconds: number }
  /** Made for the pod, and renewed or replaced before it ends. */
  | { readonly kind: 'lease' };

/** One thing that is read, and what is taken of it. */
export interface ExplainedRead {
  readonly store: string;
  /** Or what is looked for: `find path "apps"`. */
  readonly key: string;
  readonly version?: string;
  readonly stage?: string;
  readonly parameters?: PlanSource['parameters'];
  readonly property?: string;
  readonly decode?: Decoding;
  readonly refresh: Refresh;
  /** Whether the key has the shape of one that Vault makes a credential for. */
  readonly maybeLeased: boolean;
  /** Whether the broker reads it. */
  readonly brokered: boolean;
}

/** What something is made of, and how it is called there. */
export interface ExplainedPart extends ExplainedRead {
  /** A key of an ExternalSecret, the ref of a template; undefined: all that it has. */
  readonly name?: string;
}

interface FileFacts {
  /** As the containers see it; with a slash at its end, the folder of several files. */
  readonly path: string;
  readonly optional: boolean;
  readonly mode: string;
  /** Numeric ids, since only the image knows names. */
  readonly owner: number;
  readonly group: number;
}

export type ExplainedFile =
  | (FileFacts & ExplainedRead & { readonly kind: 'value' | 'extract' })
  | (FileFacts & { readonly kind: 'template'; readonly parts: readonly ExplainedPart[] })
  | (FileFacts & {
      readonly kind: 'external-secret';
      readonly externalSecret: string;
      /** Names of its files, as far as they are known before anything is read. */
      readonly names: readonly string[];
      /** Whether what is read may bring further files. */
      readonly mayHaveMore: boolean;
      readonly templated: boolean;
      readonly parts: readonly ExplainedPart[];
    });

export interface FileSurroundings {
  readonly plan: Plan;
  readonly mountPath: string;
  readonly owner: number;
  readonly group: number;
}

const refreshOf = (source: PlanSource, lifecycle: Plan['lifecycle']): Refresh => {
  if (lifecycle === 'init') return { kind: 'once' };
  if (isLeased(source)) return { kind: 'lease' };
  return source.intervalSeconds === 0
    ? { kind: 'once' }
    : { kind: 'interval', seconds: source.intervalSeconds };
};

interface Selection {
  readonly source: number;
  readonly property?: string | undefined;
  readonly decode?: Decoding | undefined;
}

const explainRead = (
  { source: index, property, decode }: Selection,
  plan: Plan,
): ExplainedRead | undefined => {
  const source = plan.sources[index];
  const store = source === undefined ? undefined : plan.stores[source.store];
  if (source === undefined || store === undefined) return undefined;
  const { version, stage, parameters } = source;
  const refresh = refreshOf(source, plan.lifecycle);
  return {
    store: store.name,
    key: sourceText(source),
    ...given({ version, stage, parameters, property, decode }),
    refresh,
    maybeLeased: refresh.kind === 'interval' && maybeLeased(source, backendOf(store.provider)),
    brokered: store.provider.type === 'broker',
  };
};

const explainParts = (
  selections: readonly (Selection & { readonly name?: string })[],
  plan: Plan,
): readonly ExplainedPart[] =>
  selections.flatMap((selection) => {
    const read = explainRead(selection, plan);
    return read === undefined ? [] : [{ ...given({ name: selection.name }), ...read }];
  });

const namesOf = ({ entries, templates, keepsKeys }: PlanExternalSecretFile): readonly string[] => {
  const keys = keepsKeys ? entries.map(({ secretKey }) => secretKey) : [];
  const templated = (templates ?? []).filter(({ as }) => as === 'Values').map(({ key }) => key);
  return [...new Set([...keys, ...templated])].sort();
};

const explainExternalSecret = (file: PlanExternalSecretFile, facts: FileFacts, plan: Plan): ExplainedFile => {
  const { name, sets, entries, templates = [], keepsKeys } = file;
  return {
    ...facts,
    kind: 'external-secret',
    externalSecret: name,
    names: namesOf(file),
    mayHaveMore: (keepsKeys && sets.length > 0) || templates.some(({ as }) => as === 'KeysAndValues'),
    templated: templates.length > 0,
    parts: explainParts(
      [...sets, ...entries.map(({ secretKey, ...entry }) => ({ ...entry, name: secretKey }))],
      plan,
    ),
  };
};

const isFolder = ({ kind }: PlanFile): boolean => kind === 'extract' || kind === 'external-secret';

const explainFile = (
  file: PlanFile,
  { plan, mountPath, owner, group }: FileSurroundings,
): ExplainedFile[] => {
  const { optional, mode } = file;
  const path = `${mountPath}/${file.path}${isFolder(file) ? '/' : ''}`;
  const facts = { path, optional, mode, owner, group };
  if (file.kind === 'external-secret') return [explainExternalSecret(file, facts, plan)];
  if (file.kind === 'template') {
    const refs = file.refs.map(({ text, ...ref }) => ({ ...ref, name: text }));
    return [{ ...facts, kind: 'template', parts: explainParts(refs, plan) }];
  }
  const read = explainRead(file, plan);
  return read === undefined ? [] : [{ ...facts, kind: file.kind, ...read }];
};

/** What each file of a plan is made of. A file whose sources are not in the plan is left out: no plan of ours has one. */
export const explainFiles = (surroundings: FileSurroundings): readonly ExplainedFile[] => {
  const { files, sources } = surroundings.plan;
  return files
    .filter((file) => sourcesOfFile(file).every((source) => source < sources.length))
    .flatMap((file) => explainFile(file, surroundings));
};
