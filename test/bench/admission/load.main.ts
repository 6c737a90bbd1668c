import { ask, closedLoop, openLoop, type LoadTarget } from './load.ts';

/** The load generator as a process of its own, told what to do over IPC: one round at a time. */

export type LoadOrder =
  | ({ readonly kind: 'ask' | 'closed' } & LoadTarget)
  | ({ readonly kind: 'open'; readonly rate: number } & LoadTarget);

const obey = (order: LoadOrder): Promise<unknown> => {
  if (order.kind === 'open') return openLoop(order);
  return order.kind === 'ask' ? ask(order) : closedLoop(order);
};

process.on('message', (order: LoadOrder) => {
  obey(order).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
