import { isPermanent } from '../../lib/provider-error.ts';
import { storeKinds, type Seen } from '../support/faults/bench.ts';
import type { Cell, FaultRow, SceneCell, StartSeen } from './row.ts';

/** What a reader is told of a fault at one store, or at several where it is the same. */
export interface Told {
  readonly stores: string;
  readonly code: string;
  readonly says: string;
  readonly files: string;
  readonly wellAgain: string;
  readonly start: string;
}

const nothing = '–';

const filesText = (seen: Seen | undefined): string => {
  if (seen === undefined) return 'always the newest';
  return seen.keys === undefined
    ? 'keep the last good values'
    : 'of this secret keep the last good values, those of the others move on';
};

const wellAgainText = (seen: Seen | undefined): string => {
  if (seen === undefined) return nothing;
  if (isPermanent(seen.code)) return 'by itself, at the next refresh';
  return seen.retryAfter === undefined
    ? 'by itself, within 5 min (or one interval, if that is shorter)'
    : 'by itself, once the time asked for is over';
};

const startEnd = ({ code }: Pick<Seen, 'code'>): string =>
  isPermanent(code) ? 'ends at once' : 'tries until `start-timeout`';

const startText = (seen: Seen | undefined, start: StartSeen | undefined): string => {
  if (start === undefined) return seen === undefined ? 'has its secrets' : startEnd(seen);
  if ('never' in start) return `does not apply: ${start.never}`;
  return start.says === seen?.says ? startEnd(start) : `${startEnd(start)}: ${start.says}`;
};

const toldOfStrike = ({ seen, start }: Cell<never>): Omit<Told, 'stores'> => ({
  code: seen?.code ?? nothing,
  says: seen?.says ?? nothing,
  files: filesText(seen),
  wellAgain: wellAgainText(seen),
  start: startText(seen, start),
});

const toldOfScene = ({ code, says, files, wellAgain, start }: SceneCell<never>): Omit<Told, 'stores'> => ({
  code: code ?? nothing,
  says: says ?? nothing,
  files,
  wellAgain,
  start,
});

const toldOfReason = (reason: string): Omit<Told, 'stores'> => ({
  code: nothing,
  says: `does not apply: ${reason}`,
  files: nothing,
  wellAgain: nothing,
  start: nothing,
});

const toldOf = (cell: Cell<never> | SceneCell<never> | string): Omit<Told, 'stores'> => {
  if (typeof cell === 'string') return toldOfReason(cell);
  return 'play' in cell ? toldOfScene(cell) : toldOfStrike(cell);
};

/** A row for readers: one line for each group of stores that have the same to tell. */
export const tell = ({ stores }: FaultRow): readonly Told[] => {
  const lines: readonly { readonly store: string; readonly told: Omit<Told, 'stores'> }[] =
    'broker' in stores
      ? [{ store: 'broker', told: toldOf(stores.broker) }]
      : storeKinds.map((store) => ({ store, told: toldOf(stores[store]) }));
  const groups = Map.groupBy(lines, ({ told }) => JSON.stringify(told));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ stores: group.map(({ store }) => store).join(', '), ...first.told }];
  });
};
