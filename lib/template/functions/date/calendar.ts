import { second } from './duration.ts';
import { type Zone, utc } from './zone.ts';

/** A moment, to the nanosecond, and the zone it is shown in: Go's `time.Time`. */
export interface Moment {
  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  readonly nanoseconds: bigint;
  readonly zone: Zone;
}

/** What calendar and clock show. */
export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}

export interface Shown extends Civil {
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 is January the first. */
  readonly yearDay: number;
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly abbreviation: string;
}

/** Days between 1970-01-01 and a date of the Gregorian calendar, which goes on backwards (H. Hinnant, "chrono-compatible date algorithms"). */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

const civilFromDays = (days: number): { year: number; month: number; day: number } => {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
};

/** Rounds down, also below zero. */
const floorDivide = (value: bigint, by: bigint): bigint => {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
};

export const secondsOf = (moment: Moment): number => Number(floorDivide(moment.nanoseconds, second));

/** What calendar and clock show at a moment in its zone. */
export const show = (moment: Moment): Shown => {
  const seconds = secondsOf(moment);
  const { offset, abbreviation } = moment.zone.at(seconds);
  const localSeconds = seconds + offset;
  const days = Math.floor(localSeconds / 86_400);
  const time = localSeconds - days * 86_400;
  const date = civilFromDays(days);
  return {
    ...date,
    hour: Math.floor(time / 3600),
    minute: Math.floor((time % 3600) / 60),
    second: time % 60,
    nanosecond: Number(moment.nanoseconds - floorDivide(moment.nanoseconds, second) * second),
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromCivil(date.year, 1, 1) + 1,
    offset,
    abbreviation,
  };
};

/** The moment at which a zone shows this; values past their range carry over (February 30th is in March), as in Go's `time.Date`. */
export const momentOf = (civil: Civil, zone: Zone): Moment => {
  const months = civil.year * 12 + civil.month - 1;
  const days =
    daysFromCivil(Math.floor(months / 12), months - Math.floor(months / 12) * 12 + 1, 1) + civil.day - 1;
  const shown = days * 86_400 + civil.hour * 3600 + civil.minute * 60 + civil.second;
  const guess = shown - zone.at(shown).offset;
  // Around a change of clocks the offset before it may be the right one, as Go looks it up.
  const offset = zone.at(guess).offset;
  return { nanoseconds: BigInt(shown - offset) * second + BigInt(civil.nanosecond), zone };
};

/** Go's zero time: January 1, year 1. */
export const zeroMoment: Moment = momentOf(
  { year: 1, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0 },
  utc,
);
