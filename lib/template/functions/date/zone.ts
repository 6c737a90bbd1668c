import type { ByteString } from '../../value.ts';
import { abbreviationsOf } from './abbreviations.ts';

/** A time zone: what its clocks show and call it at a moment. */
export interface Zone {
  readonly name: string;
  /** Offset from UTC in seconds, and the abbreviation, at a moment in seconds since the epoch. */
  readonly at: (seconds: number) => { readonly offset: number; readonly abbreviation: ByteString };
}

/** A zone whose clocks are never changed. */
export const fixedZone = (name: ByteString, offset: number): Zone => ({
  name,
  at: () => ({ offset, abbreviation: name }),
});

export const utc: Zone = fixedZone('UTC', 0);

/** Containers have UTC. */
export const local: Zone = { ...utc };

/** What JavaScript's dates can hold; times further away have the offset of the last one. */
const furthestSecond = 8.64e12;

const clampedDate = (seconds: number): Date =>
  new Date(Math.max(-furthestSecond, Math.min(furthestSecond, seconds)) * 1000);

const offsetPattern = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

const partOf = (format: Intl.DateTimeFormat, date: Date): string =>
  format.formatToParts(date).find(({ type }) => type === 'timeZoneName')?.value ?? '';

const parseOffset = (text: string): number => {
  const [, sign, hours, minutes, seconds] = offsetPattern.exec(text) ?? [];
  const amount = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return sign === '-' ? -amount : amount;
};

/** The tz database writes the offset where a zone has no abbreviation: `+03`, `-0330`. */
const numericAbbreviation = (offset: number): string => {
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const text = [Math.trunc(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offset < 0 ? '-' : '+'}${text[0] ?? ''}${text[1] === '00' ? '' : (text[1] ?? '')}`;
};

const format = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });

/** Moments in northern and southern winter, in seconds: one of them has a zone's standard time. */
const winters = [Date.UTC(2025, 0, 15), Date.UTC(2025, 6, 15)].map((time) => time / 1000);

/** A zone of the tz database by its name (`Europe/Berlin`); undefined where there is none. */
export const findZone = (name: string): Zone | undefined => {
  if (name === '' || name === 'UTC') return utc;
  if (name === 'Local') return local;
  if (!/^[A-Z][\w+/-]*$/.test(name)) return undefined;
  let offsets: Intl.DateTimeFormat;
  try {
    offsets = format(name);
  } catch {
    // No such zone.
    return undefined;
  }
  const offsetAt = (seconds: number): number => parseOffset(partOf(offsets, clampedDate(seconds)));
  const standard = Math.min(...winters.map(offsetAt));
  const [standardName, otherName] = abbreviationsOf(name);
  const at: Zone['at'] = (seconds) => {
    const offset = offsetAt(seconds);
    const abbreviation = offset === standard ? standardName : otherName;
    return { offset, abbreviation: abbreviation ?? numericAbbreviation(offset) };
  };
  return { name, at };
};
