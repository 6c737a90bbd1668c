import { copiedAnnotation, trustKey } from '../../lib/broker/names.ts';
import { fingerprintsIn } from './bundle.ts';

const managedBy = 'app.kubernetes.io/managed-by';

/** On the ConfigMap of the broker and on its copies. */
export const trustLabels: Readonly<Record<string, string>> = { [managedBy]: 'keyferry' };

/** A ConfigMap, as far as it counts here. */
export interface TrustObject {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

/** What a copy lacks of being one. */
export type CopyState = 'missing' | 'different' | 'same';

/** How a copy compares with the bundle that it has to have. */
export const stateOf = (copy: TrustObject | undefined, bundle: string): CopyState => {
  if (copy === undefined) return 'missing';
  const isOurs = copy.metadata.labels?.[managedBy] === trustLabels[managedBy];
  return isOurs && copy.data[trustKey] === bundle ? 'same' : 'different';
};

/** Whether a ConfigMap of that name is one that we made, wanted any more or not. */
export const isCopy = ({ metadata }: TrustObject): boolean =>
  metadata.labels?.[managedBy] === trustLabels[managedBy];

/** The fingerprints that the annotation of the source names. */
export const copiedFingerprints = (source: TrustObject | undefined): ReadonlySet<string> => {
  const text = source?.metadata.annotations?.[copiedAnnotation] ?? '';
  return new Set(text.split(',').filter((fingerprint) => fingerprint !== ''));
};

/**
 * The fingerprints that every copy has had. One that is in the source stays once it was in all of them: somebody who edits a copy, which is put
 * right at once, must not hold up a rollout of brokers again and again.
 */
export const copiedNow = (
  bundle: string,
  recorded: ReadonlySet<string>,
  copies: readonly TrustObject[],
): ReadonlySet<string> => {
  const present = fingerprintsIn(bundle);
  const texts = new Set(copies.map(({ data }) => data[trustKey] ?? ''));
  // Nearly all copies have the same text; each is parsed once.
  const common = [...texts].reduce((rest, text) => rest.intersection(fingerprintsIn(text)), present);
  return present.intersection(recorded).union(common);
};

export const annotationOf = (fingerprints: ReadonlySet<string>): string => [...fingerprints].sort().join(',');
