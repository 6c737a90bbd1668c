import type { Plan, PlanFile } from '../../lib/plan.ts';
import { sourcesOfFile } from '../../lib/plan.ts';
import type { Redacted } from '../../lib/redacted.ts';
import type { LeaseProperties } from '../../lib/selected-value.ts';
import { fileMode, type RenderedFile, type Rendering } from './render.ts';

/** What is known of a source: its last good document, or that there is none. */
export interface Memory {
  /** Undefined: it never came, and what can be without it is. */
  readonly document?: Redacted<Buffer> | undefined;
  /** The store's own name for the version. */
  readonly version?: string | undefined;
  /** When it was last read, or its lease renewed; milliseconds since the epoch. */
  readonly fetchedAt: number;
  readonly lease?: LeaseProperties | undefined;
  /** Whether the store said since that there is no such secret. */
  readonly gone: boolean;
}

/** By the file's index in the plan; undefined: something that it is made of is not known. */
export type Renderings = readonly (Rendering | undefined)[];

/** Where a file of a generation comes from: the last good documents, the generation before, or nowhere. */
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

const carriedOver = (file: PlanFile, published: PublishedFiles): readonly RenderedFile[] => {
  const isFile = file.kind === 'value' || file.kind === 'template';
  return [...published]
    .filter(([path]) => (isFile ? path === file.path : path.startsWith(`${file.path}/`)))
    .map(([path, bytes]) => ({ path, bytes, mode: fileMode(file) }));
};

interface Part {
  readonly files: readonly RenderedFile[];
  readonly origin: FileOrigin;
}

/** A folder whose every secret is gone is empty, and that is its last good state. */
const mayBeEmpty = (file: PlanFile): boolean => file.kind === 'external-secret' && file.whenGone === 'remove';

const carryFile = (file: PlanFile, published: PublishedFiles): Part => {
  const files = carriedOver(file, published);
  if (files.length > 0 || (published.size > 0 && mayBeEmpty(file))) return { files, origin: 'carried' };
  return { files, origin: file.optional ? 'absent' : 'missing' };
};

/** Files that are made of the same sources, directly or by way of others, have the same number. */
const familiesOf = (plan: Plan): readonly number[] => {
  const families = plan.files.map((_, index) => index);
  const first = new Map<number, number>();
  plan.files.forEach((file, index) => {
    for (const source of sourcesOfFile(file)) {
      const [before, now] = [families[first.get(source) ?? index] ?? index, families[index] ?? index];
      families.forEach((family, at) => {
        if (family === before) families[at] = now;
      });
      first.set(source, index);
    }
  });
  return families;
};

/**
 * Files whose sources are not all known stand in the volume as they were made of one document each. Nothing that shares a
 * source with them moves before they can, or a username could stand beside another document's password.
 */
const heldFamilies = (
  plan: Plan,
  renderings: Renderings,
  published: PublishedFiles,
  families: readonly number[],
): ReadonlySet<number | undefined> =>
  new Set(
    plan.files.flatMap((file, index) =>
      renderings[index] === undefined && carriedOver(file, published).length > 0 ? [families[index]] : [],
    ),
  );

/**
 * Puts a generation together: each file as the last good documents make it, else as it stands in the volume now, so that
 * a key that fails, or a lost state, never holds up or removes what others brought. Only a complete one may be published.
 */
export const assemble = (plan: Plan, renderings: Renderings, published: PublishedFiles): Assembly => {
  const families = published.size === 0 ? [] : familiesOf(plan);
  const held = heldFamilies(plan, renderings, published, families);
  const parts = plan.files.map((file, index): Part => {
    const rendering = renderings[index];
    return rendering?.ok === true && !held.has(families[index])
      ? { files: rendering.value.files, origin: 'document' }
      : carryFile(file, published);
  });
  const origins = parts.map(({ origin }) => origin);
  const files = parts.flatMap((part) => part.files).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, origins, complete: !origins.includes('missing') };
};
