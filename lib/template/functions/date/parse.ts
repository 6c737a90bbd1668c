import { err, ok, type Result } from '../../../result.ts';
import type { ByteString } from '../../value.ts';
import { type Civil, type Moment, momentOf } from './calendar.ts';
import { daysInMonth } from './days.ts';
import { second as secondInNanoseconds } from './duration.ts';
import { type LayoutPart, parseLayout } from './layout.ts';
import { readElement, type Reading } from './parse-elements.ts';
import { readFraction } from './parse-fraction.ts';
import { fixedZone, local, utc, type Zone } from './zone.ts';
import { dayOfYear } from './year-day.ts';

/** Spaces of a layout stand for any number of spaces, also none at the end; everything else for itself. */
const skipText = (text: string, value: string): string | undefined => {
  let rest = value;
  for (const [chunk] of text.matchAll(/ +|[^ ]/g)) {
    if (chunk.startsWith(' ')) {
      if (rest !== '' && !rest.startsWith(' ')) return undefined;
      rest = rest.replace(/^ +/, '');
    } else {
      if (!rest.startsWith(chunk)) return undefined;
      rest = rest.slice(1);
    }
  }
  return rest;
};

/** Reads what one part of the layout stands for; the text that is left, or why not. */
const readPart = (
  part: LayoutPart,
  value: string,
  reading: Reading,
  next: LayoutPart | undefined,
): Result<string, string> => {
  if (part.kind === 'text') {
    const rest = skipText(part.text, value);
    return rest === undefined ? err('the value does not fit the layout') : ok(rest);
  }
  if (part.kind === 'fraction') return readFraction(part, value, reading);
  const rest = readElement(part.element, value, reading);
  // A fraction of a second is read also where the layout does not have it.
  const mayHaveFraction = part.element === '05' || part.element === '5';
  if (!rest.ok || !mayHaveFraction || next?.kind === 'fraction' || !/^[.,][0-9]/.test(rest.value))
    return rest;
  return readFraction({ kind: 'fraction', text: '.9', trimmed: true }, rest.value, reading);
};

const hourOf = ({ hour = 0, half }: Reading): number => {
  if (half === 'pm' && hour < 12) return hour + 12;
  return half === 'am' && hour === 12 ? 0 : hour;
};

const clockOf = ({
  minute = 0,
  second = 0,
  nanosecond = 0,
}: Reading): Pick<Civil, 'minute' | 'second' | 'nanosecond'> => ({ minute, second, nanosecond });

const civilOf = (reading: Reading): Result<Civil, string> => {
  const year = reading.year ?? 0;
  const date = reading.yearDay === undefined ? ok(reading) : dayOfYear(reading, year);
  if (!date.ok) return date;
  const { month = 1, day = 1 } = date.value;
  if (day < 1 || day > daysInMonth(year, month)) return err('day out of range');
  return ok({ year, month, day, hour: hourOf(reading), ...clockOf(reading) });
};

/** The zone that was read. Where only its abbreviation is known its offset is not: Go takes zero then, but for `GMT+3`. */
const zoneOf = ({ isUtc, offset, abbreviation }: Reading): { zone: Zone; shift: number } | undefined => {
  if (isUtc === true) return { zone: utc, shift: 0 };
  if (offset !== undefined) {
    const isLocal = offset === 0 && (abbreviation === undefined || abbreviation === 'UTC');
    return { zone: isLocal ? local : fixedZone(abbreviation ?? '', offset), shift: offset };
  }
  if (abbreviation === undefined) return undefined;
  const hours = /^GMT([+-]\d+)$/.exec(abbreviation)?.[1];
  return { zone: fixedZone(abbreviation, Number(hours ?? 0) * 3600), shift: 0 };
};

const toMoment = (civil: Civil, reading: Reading): Moment => {
  const { zone, shift } = zoneOf(reading) ?? { zone: local, shift: 0 };
  const { nanoseconds } = momentOf(civil, utc);
  return { nanoseconds: nanoseconds - BigInt(shift) * secondInNanoseconds, zone };
};

/**
 * Reads a time as Go's `time.ParseInLocation` does, with UTC for values that name no zone. The error says which element of the layout
 * did not fit; unlike Go's it does not quote the value, nor the layout, since either may be a secret.
 */
export const parseMoment = (layout: ByteString, value: ByteString): Result<Moment, string> => {
  const parts = parseLayout(layout);
  const reading: Reading = {};
  let rest = value;
  for (const [index, part] of parts.entries()) {
    const read = readPart(part, rest, reading, parts[index + 1]);
    if (!read.ok) return err(`parsing time: ${read.error}`);
    rest = read.value;
  }
  if (rest !== '') return err('parsing time: extra text');
  const civil = civilOf(reading);
  return civil.ok ? ok(toMoment(civil.value, reading)) : err(`parsing time: ${civil.error}`);
};
