import type { Logger } from '../../../lib/log.ts';
import type { Plan } from '../../../lib/plan.ts';
import { Fleet, type FleetPod } from '../../support/broker/fleet.ts';

/** Many agents in a process of their own, told what to do over IPC: one order at a time. */

export type ClientsOrder =
  | {
      readonly kind: 'start';
      /** Where their volumes are. */
      readonly home: string;
      readonly groups: readonly { readonly plan: Plan; readonly pods: readonly FleetPod[] }[];
      /** How many start at the same time. */
      readonly atATime: number;
    }
  /** Answered with the times at which the next so many generations came out, in milliseconds since the epoch. */
  | { readonly kind: 'published'; readonly count: number };

const silent = (): void => undefined;
const times: number[] = [];
let onPublished = silent;

const log: Logger = {
  debug: silent,
  warn: silent,
  error: silent,
  info: (...line: readonly unknown[]) => {
    if (line.at(-1) !== 'published') return;
    times.push(Date.now());
    onPublished();
  },
};

const published = (count: number): Promise<readonly number[]> =>
  new Promise((resolve) => {
    onPublished = () => {
      if (times.length < count) return;
      onPublished = silent;
      resolve(times.splice(0, count));
    };
    onPublished();
  });

const start = async ({ home, groups, atATime }: Extract<ClientsOrder, { kind: 'start' }>): Promise<void> => {
  for (const { plan, pods } of groups) {
    const fleet = new Fleet({ home, plan, log });
    for (let first = 0; first < pods.length; first += atATime) {
      const some = pods.slice(first, first + atATime);
      for (const pod of some) fleet.start(pod);
      await published(some.length);
    }
  }
};

process.on('message', (order: ClientsOrder) => {
  const obeyed = order.kind === 'start' ? start(order) : published(order.count);
  obeyed.then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});

// The bench has ended, whichever way: its agents would stay on.
process.on('disconnect', () => {
  process.exit();
});
