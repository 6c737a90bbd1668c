import { Connection } from './connection.ts';

/** Requests of one round and how long they took. */
export interface ClosedRound {
  readonly requests: number;
  readonly seconds: number;
}

export interface LoadTarget {
  readonly port: number;
  /** The body of every request. */
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  /** The workloads whose pods take turns: from this number on, so many. */
  readonly firstWorkload: number;
  readonly workloads: number;
}

/** Numbers of workloads, in turns. */
const takeTurns = ({ firstWorkload, workloads }: LoadTarget): (() => number) => {
  let taken = 0;
  return () => {
    taken += 1;
    return firstWorkload + (taken % workloads);
  };
};

const withConnections = async <T>(
  { port, body, connections }: LoadTarget,
  use: (open: readonly Connection[], failed: Promise<never>) => Promise<T>,
): Promise<T> => {
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Nobody may be waiting when the first failure comes.
  failed.catch(() => undefined);
  const open = await Promise.all(
    Array.from({ length: connections }, () => Connection.open(port, body, reject)),
  );
  try {
    return await use(open, failed);
  } finally {
    for (const connection of open) connection.close();
  }
};

/** The answer to one request. */
export const ask = (target: LoadTarget): Promise<string> =>
  withConnections({ ...target, connections: 1 }, ([connection], failed) =>
    Promise.race([failed, new Promise<string>((resolve) => connection?.send(target.firstWorkload, resolve))]),
  );

/** As much as the server can take: each connection sends its next request as soon as it has an answer. */
export const closedLoop = (target: LoadTarget): Promise<ClosedRound> =>
  withConnections(target, async (open, failed) => {
    const started = performance.now();
    const until = started + target.seconds * 1000;
    const nextWorkload = takeTurns(target);
    let requests = 0;
    const keepAsking = (connection: Connection): Promise<void> =>
      new Promise((resolve) => {
        const again = (): void => {
          if (performance.now() >= until) {
            resolve();
            return;
          }
          connection.send(nextWorkload(), () => {
            requests += 1;
            again();
          });
        };
        again();
      });
    await Promise.race([failed, Promise.all(open.map(keepAsking))]);
    return { requests, seconds: (performance.now() - started) / 1000 };
  });

/**
 * Requests at a fixed rate whatever the server does, and how long each took in milliseconds, counted from when it was due. A request that
 * had to wait for a free connection has waited: leaving that out would hide just the times when the server stands still
 * ("coordinated omission").
 */
export const openLoop = (target: LoadTarget & { readonly rate: number }): Promise<readonly number[]> =>
  withConnections(target, async (open, failed) => {
    const total = Math.floor(target.rate * target.seconds);
    const free = [...open];
    const took: number[] = [];
    const nextWorkload = takeTurns(target);
    const started = performance.now();
    let sent = 0;
    const finished = new Promise<void>((resolve) => {
      const dueAt = (index: number): number => started + (index * 1000) / target.rate;
      // It turns round and round on its own core: timers are too coarse for thousands of requests a second.
      const turn = (): void => {
        const now = performance.now();
        while (sent < total && free.length > 0 && dueAt(sent) <= now) {
          const connection = free.pop();
          const due = dueAt(sent);
          sent += 1;
          connection?.send(nextWorkload(), () => {
            took.push(performance.now() - due);
            free.push(connection);
          });
        }
        if (took.length === total) resolve();
        else setImmediate(turn);
      };
      turn();
    });
    await Promise.race([failed, finished]);
    return took;
  });
