/** What is said of many measurements of one thing. Lists are not changed; an empty one is a bug of the caller. */

const sorted = (values: readonly number[]): readonly number[] => {
  if (values.length === 0) throw new RangeError('there is nothing to take a statistic of');
  return [...values].sort((a, b) => a - b);
};

/** The middle value; of an even number of values the mean of the middle two. */
export const median = (values: readonly number[]): number => {
  const ordered = sorted(values);
  const middle = Math.floor(ordered.length / 2);
  const upper = ordered[middle] ?? NaN;
  return ordered.length % 2 === 1 ? upper : ((ordered[middle - 1] ?? NaN) + upper) / 2;
};

/**
 * The smallest value that at least `percent` per cent of all values do not exceed (nearest rank): always a value that was
 * measured, never one in between.
 */
export const percentile = (values: readonly number[], percent: number): number => {
  if (!(percent > 0 && percent <= 100)) throw new RangeError(`there is no percentile ${percent}`);
  const ordered = sorted(values);
  return ordered[Math.ceil((percent / 100) * ordered.length) - 1] ?? NaN;
};

/**
 * The median of the pairs' ratios. What slows the machine down for a while slows both of a pair, so their ratio holds where the
 * ratio of two medians would not.
 */
export const medianRatio = (pairs: readonly (readonly [number, number])[]): number =>
  median(pairs.map(([value, reference]) => value / reference));

/** The middle half of the values, `[first quartile, third quartile]`: how far the rounds of one run were apart. */
export const middleHalf = (values: readonly number[]): readonly [number, number] => [
  percentile(values, 25),
  percentile(values, 75),
];
