import type { Plan, PlanFile } from '../../lib/plan.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { Redacted } from '../../lib/redacted.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { fileMode, renderFile, type LeaseProperties, type RenderedFile, type Rendering } from './render.ts';

/** A file of the plan, by its place there, that could not be made. */
export interface FileFailure {
  readonly file: number;
  readonly error: ProviderError;
}

/** A source's last good document and what became of it. */
export interface Memory {
  readonly document: Redacted<Buffer>;
  /** The store's own name for the version. */
  readonly version?: string | undefined;
  /** When it was last read, or its lease renewed; milliseconds since the epoch. */
  readonly fetchedAt: number;
  /** By the file's index in the plan: every file of the source. */
  readonly renderings: ReadonlyMap<number, Rendering>;
}

/** The files that come from a source, by their indexes in the plan. */
export const filesOfSource = (plan: Plan, source: number): readonly number[] =>
  plan.files.flatMap((file, index) => (file.source === source ? [index] : []));

/**
 * Renders a document's files and decides whether it may become the source's last good one: every file that is not optional
 * must come out. A document is taken as a whole or not at all, so that what belongs together (a username and its password)
 * changes together.
 */
export const renderDocument = (
  plan: Plan,
  source: number,
  document: Buffer,
  lease?: LeaseProperties,
): Result<ReadonlyMap<number, Rendering>, readonly FileFailure[]> => {
  const renderings = new Map<number, Rendering>();
  const failures: FileFailure[] = [];
  for (const index of filesOfSource(plan, source)) {
    const file = plan.files[index];
    if (file === undefined) continue;
    const rendering = renderFile(file, document, lease);
    renderings.set(index, rendering);
    if (!rendering.ok && !file.optional) failures.push({ file: index, error: rendering.error });
  }
  return failures.length === 0 ? ok(renderings) : err(failures);
};

/** Where a file of a generation comes from: its source's last good document, the generation before, or nowhere. */
export type FileOrigin = 'document' | 'carried' | 'absent' | 'missing';

export interface Assembly {
  /** Sorted by path. */
  readonly files: readonly RenderedFile[];
  /** By the file's index in the plan. `missing`: a file that is not optional and that nothing can be put for. */
  readonly origins: readonly FileOrigin[];
  readonly complete: boolean;
}

/** What a generation out in the volume holds: path to bytes. */
export type PublishedFiles = ReadonlyMap<string, Redacted<Buffer>>;

const carriedOver = (file: PlanFile, published: PublishedFiles): readonly RenderedFile[] =>
  [...published]
    .filter(([path]) => (file.kind === 'value' ? path === file.path : path.startsWith(`${file.path}/`)))
    .map(([path, bytes]) => ({ path, bytes, mode: fileMode(file) }));

const assembleFile = (
  file: PlanFile,
  rendering: Rendering | undefined,
  published: PublishedFiles,
): { readonly files: readonly RenderedFile[]; readonly origin: FileOrigin } => {
  if (rendering?.ok === true) return { files: rendering.value, origin: 'document' };
  const carried = carriedOver(file, published);
  if (carried.length > 0) return { files: carried, origin: 'carried' };
  return { files: [], origin: file.optional ? 'absent' : 'missing' };
};

/**
 * Puts a generation together: each file from its source's last good document, else as it stands in the volume now, so that
 * a key that fails, or a lost state, never holds up or removes what others brought. Only a complete one may be published.
 */
export const assemble = (
  plan: Plan,
  memories: readonly (Memory | undefined)[],
  published: PublishedFiles,
): Assembly => {
  const parts = plan.files.map((file, index) =>
    assembleFile(file, memories[file.source]?.renderings.get(index), published),
  );
  const origins = parts.map(({ origin }) => origin);
  const files = parts.flatMap((part) => part.files).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, origins, complete: !origins.includes('missing') };
};
