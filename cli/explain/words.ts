import type { Count } from '../core/rounds.ts';
import { grouped } from '../core/price.ts';

const units = [
  [24 * 3600, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** `1 h 30 min`. */
export const duration = (seconds: number): string => {
  let left = seconds;
  const parts = units.flatMap(([length, name]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count === 0 ? [] : [`${count} ${name}`];
  });
  return parts.length === 0 ? '0 s' : parts.join(' ');
};

/** `1 secret`, `1,440 secrets`. */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${grouped(count)} ${count === 1 ? noun : plural}`;

/** `720`, or `720 to 2,160` where it depends on what AWS allows. */
export const range = ({ expected, most }: Count): string =>
  expected === most ? grouped(expected) : `${grouped(expected)} to ${grouped(most)}`;
