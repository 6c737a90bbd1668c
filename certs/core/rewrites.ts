/** Somebody else who keeps undoing our writes must not keep the API server busy: so many in a minute, then one in a while. */
export const writesAtOnce = 5;
const window = 60_000;

/** Those of some times that are not over yet; all are monotonic milliseconds. */
export const lately = (times: readonly number[], now: number): readonly number[] =>
  times.filter((time) => now - time < window);
