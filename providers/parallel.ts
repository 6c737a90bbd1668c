import { ok, type Result } from '../lib/result.ts';

/** Maps with at most `limit` at a time; results in the order of the items. */
export const mapLimited = async <T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const results = new Map<number, R>();
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
};

/** The same as long as all goes well: after a failure nothing more is begun, and the failure of the first such item is the result. */
export const mapWhileOk = async <T, R, E>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<Result<R, E>>,
): Promise<Result<readonly R[], E>> => {
  let failed = false;
  const outcomes = await mapLimited(items, limit, async (item) => {
    if (failed) return undefined;
    const outcome = await work(item);
    failed ||= !outcome.ok;
    return outcome;
  });
  const values: R[] = [];
  for (const outcome of outcomes) {
    if (outcome?.ok === false) return outcome;
    if (outcome !== undefined) values.push(outcome.value);
  }
  return ok(values);
};

/** Items that share a limit. */
export interface Lane<T> {
  readonly holds: (item: T) => boolean;
  readonly limit: number;
}

/** Maps items lane by lane, all lanes at once, so that none waits for another; results in the order of the items. Each item is of one lane. */
export const mapInLanes = async <T, R>(
  items: readonly T[],
  lanes: readonly Lane<T>[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> => {
  const ofLanes = await Promise.all(
    lanes.map(({ holds, limit }) =>
      mapLimited(
        [...items.entries()].filter(([, item]) => holds(item)),
        limit,
        async ([index, item]) => [index, await work(item)] as const,
      ),
    ),
  );
  return ofLanes
    .flat()
    .sort(([a], [b]) => a - b)
    .map(([, result]) => result);
};
