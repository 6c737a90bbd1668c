import { oursOnly, wantedBundle, type BundleInput } from './bundle.ts';

/** What is written down of the bundles between two looks at them: the certificates of ours, bundle by bundle. */
export type Remembered = readonly string[];

export interface Bundles {
  /** What each bundle should be. */
  readonly wanted: readonly string[];
  /** Whether any differs from what it is. */
  readonly changed: boolean;
  readonly remembered: Remembered;
}

/**
 * What the bundles of a configuration should be. One that was wiped (nothing of ours is left in it) gets the other replicas' certificates
 * back as well, as they were last seen, so that the first replica to notice repairs it for all.
 */
export const wantedBundles = (
  present: readonly string[],
  remembered: Remembered,
  input: Omit<BundleInput, 'present'>,
): Bundles => {
  const memory = present.map((text, index) => oursOnly(text, input.serviceName) || (remembered[index] ?? ''));
  const wanted = present.map((text, index) =>
    wantedBundle({ ...input, present: `${text}\n${memory[index] ?? ''}` }),
  );
  return { wanted, changed: wanted.some((text, index) => text !== present[index]), remembered: memory };
};
