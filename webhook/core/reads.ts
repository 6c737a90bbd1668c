import type { Ref } from '../../lib/ref.ts';
import type { Store } from '../../lib/stores/store.ts';
import type { ResolvedExternalSecret } from './external-secrets.ts';
import type { Resolved } from './resolve.ts';

/** A secret that is read by its key. */
export interface Read {
  /** What asks for it, for messages: an annotation, or an ExternalSecret. */
  readonly place: string;
  /** The field of an ExternalSecret. */
  readonly field?: string;
  readonly ref: Ref;
  readonly store: Store;
}

export const readsOfExternalSecret = ({ place, sets, entries }: ResolvedExternalSecret): readonly Read[] => [
  ...sets.flatMap((resolved) =>
    resolved.kind === 'extract'
      ? [{ place, field: `${resolved.set.place}.key`, ref: resolved.ref, store: resolved.store }]
      : [],
  ),
  ...entries.map(({ entry, ref, store }) => ({ place, field: `${entry.place}.key`, ref, store })),
];

/** Everything that a pod reads by its key; what `find` finds is not among it. */
export const readsOf = ({ secrets, templates, externalSecrets }: Resolved): readonly Read[] => [
  ...secrets.map(({ request: { place, ref }, store }) => ({ place, ref, store })),
  ...templates.flatMap(({ request: { place }, refs }) =>
    refs.map(({ ref, store }) => ({ place, ref, store })),
  ),
  ...externalSecrets.flatMap(readsOfExternalSecret),
];

/** A search through a store. */
export interface Find {
  /** The ExternalSecret, for messages. */
  readonly place: string;
  readonly field: string;
  readonly store: Store;
}

/** Everything that a pod has looked for. */
export const findsOf = ({ externalSecrets }: Resolved): readonly Find[] =>
  externalSecrets.flatMap(({ place, sets }) =>
    sets.flatMap((resolved) =>
      resolved.kind === 'find' ? [{ place, field: resolved.set.place, store: resolved.store }] : [],
    ),
  );
