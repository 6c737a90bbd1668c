import { given } from '../../lib/given.ts';
import type {
  PlanEntry,
  PlanEntrySet,
  PlanExternalSecretFile,
  PlanFile,
  PlanTemplateFile,
  PlanTemplateRef,
} from '../../lib/plan.ts';
import type { ResolvedEntry, ResolvedExternalSecret, ResolvedSet } from './external-secrets.ts';
import type { WantedSource } from './plan-sources.ts';
import type { RequestedMode } from './requests.ts';
import type { ResolvedSecret, ResolvedTemplate } from './resolve.ts';

/** Which source of the plan something is: its index, known when all are. */
export type Indexed = (wanted: WantedSource) => number;

/**
 * A file of the plan that is still to be written: what it needs, and how it is written once every source has its place. The order of the
 * fields is that of the plan's schema, since `writePlan` writes them as they come.
 */
export interface FileDraft {
  readonly wants: readonly WantedSource[];
  readonly write: (indexOf: Indexed) => PlanFile;
}

export const draftSecret = ({ request, store }: ResolvedSecret, ownMode: string): FileDraft => {
  const { ref, path, kind, mode, intervalSeconds } = request;
  const wanted = { store, read: ref, intervalSeconds };
  return {
    wants: [wanted],
    write: (indexOf) => ({
      source: indexOf(wanted),
      path,
      kind,
      ...given({ property: ref.property, decode: ref.decode }),
      optional: ref.optional,
      mode: mode?.value ?? ownMode,
    }),
  };
};

export const draftTemplate = ({ request, refs }: ResolvedTemplate, ownMode: string): FileDraft => {
  const { path, template, mode, intervalSeconds } = request;
  const parts = refs.map(({ text, ref, store }) => ({
    wanted: { store, read: ref, intervalSeconds },
    write: (source: number): PlanTemplateRef => ({
      text,
      source,
      ...given({ property: ref.property, decode: ref.decode }),
      optional: ref.optional,
    }),
  }));
  return {
    wants: parts.map(({ wanted }) => wanted),
    write: (indexOf): PlanTemplateFile => ({
      path,
      kind: 'template',
      template,
      refs: parts.map(({ wanted, write }) => write(indexOf(wanted))),
      optional: false,
      mode: mode?.value ?? ownMode,
    }),
  };
};

interface Part<T> {
  readonly wanted: WantedSource;
  readonly write: (source: number) => T;
}

const draftSet = (resolved: ResolvedSet, intervalSeconds: number): Part<PlanEntrySet> => {
  const { kind, set, store } = resolved;
  const { decode, conversion, rewrite, refuseNullBytes } = set;
  const [read, property] = kind === 'extract' ? [resolved.ref, resolved.ref.property] : [resolved.set.find];
  return {
    wanted: { store, read, intervalSeconds },
    write: (source) => ({
      kind,
      source,
      ...given({ property, decode }),
      conversion,
      rewrite: [...rewrite],
      refuseNullBytes,
    }),
  };
};

const draftEntry = ({ entry, store, ref }: ResolvedEntry, intervalSeconds: number): Part<PlanEntry> => ({
  wanted: { store, read: ref, intervalSeconds },
  write: (source) => ({
    secretKey: entry.secretKey,
    source,
    ...given({ property: ref.property, decode: ref.decode }),
    refuseNullBytes: entry.refuseNullBytes,
  }),
});

export const draftExternalSecret = (
  { externalSecret, sets, entries }: ResolvedExternalSecret,
  { mode, ownMode }: { readonly mode: RequestedMode | undefined; readonly ownMode: string },
): FileDraft => {
  const { name, target, intervalSeconds, whenGone, templates, keepsKeys } = externalSecret;
  const setParts = sets.map((set) => draftSet(set, intervalSeconds));
  const entryParts = entries.map((entry) => draftEntry(entry, intervalSeconds));
  return {
    wants: [...setParts, ...entryParts].map(({ wanted }) => wanted),
    write: (indexOf): PlanExternalSecretFile => ({
      path: target,
      kind: 'external-secret',
      name,
      sets: setParts.map(({ wanted, write }) => write(indexOf(wanted))),
      entries: entryParts.map(({ wanted, write }) => write(indexOf(wanted))),
      whenGone,
      ...given({ templates: templates && [...templates] }),
      keepsKeys,
      optional: false,
      mode: mode?.value ?? ownMode,
    }),
  };
};
