import type { ProviderError } from '../../lib/provider-error.ts';

/** A read of a pass; `error` is why it was no use. */
export interface ReadResult {
  readonly key: string;
  readonly error: ProviderError | undefined;
}

/** Keys of one store that failed for one reason. */
export interface FailedReads {
  readonly keys: readonly string[];
  readonly error: ProviderError;
}

/** The failures of a pass by their reason, in the order in which each came first: a store that is down is one line of the log. */
export const groupFailures = (results: readonly ReadResult[]): readonly FailedReads[] => {
  const failed = results.flatMap(({ key, error }) => (error === undefined ? [] : [{ key, error }]));
  const reasons = Map.groupBy(failed, ({ error }) => `${error.code} ${error.message}`);
  return [...reasons.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ keys: group.map(({ key }) => key), error: first.error }];
  });
};
