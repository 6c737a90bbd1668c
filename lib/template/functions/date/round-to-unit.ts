import { hour, minute, second } from './duration.ts';

const day = 24n * hour;

/** sprig's units, largest first; a month has 30 days, a year 365. */
const units = [
  [365n * day, 'y'],
  [30n * day, 'mo'],
  [day, 'd'],
  [hour, 'h'],
  [minute, 'm'],
  [second, 's'],
] as const;

/** A duration in the largest unit that it has more than one of: `2h` for 2h10m, but `60m` for one hour. */
export const roundToUnit = (duration: bigint): string => {
  const amount = duration < 0n ? -duration : duration;
  const [unit, name] = units.find(([candidate]) => amount > candidate) ?? [second, 's'];
  return amount > second ? `${amount / unit}${name}` : '0s';
};
