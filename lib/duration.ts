const unitMilliseconds = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['μs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Written so that there is one way to read a run of digits: with two, a long one without a unit would take for ever. */
const part = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** Go's int64 of nanoseconds ends here: about 292 years. */
const maximumMilliseconds = 9_223_372_036_854;

/**
 * Reads a Go duration (`30s`, `1h30m`, `1.5h`, `0`) as milliseconds, or undefined where Go would not read it
 * (https://pkg.go.dev/time#ParseDuration). Negative durations are not taken: nothing of ours lasts less than nothing.
 */
export const parseDuration = (text: string): number | undefined => {
  const unsigned = text.startsWith('+') ? text.slice(1) : text;
  if (unsigned === '0') return 0;
  const parts = [...unsigned.matchAll(part)];
  const read = parts.reduce((length, match) => length + match[0].length, 0);
  if (parts.length === 0 || read !== unsigned.length) return undefined;
  const total = parts.reduce((sum, [, number, unit]) => {
    const milliseconds = unitMilliseconds.get(unit ?? '') ?? Number.NaN;
    return sum + Number(number) * milliseconds;
  }, 0);
  return total <= maximumMilliseconds ? total : undefined;
};
