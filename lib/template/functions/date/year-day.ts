import { err, ok, type Result } from '../../../result.ts';
import { daysInMonth, isLeapYear } from './days.ts';

interface MonthAndDay {
  readonly month?: number;
  readonly day?: number;
}

/** Month and day of a day of the year; they must be those that were read, if they were. */
export const dayOfYear = (
  read: MonthAndDay & { readonly yearDay?: number },
  year: number,
): Result<MonthAndDay, string> => {
  const { yearDay = 0 } = read;
  if (yearDay < 1 || yearDay > (isLeapYear(year) ? 366 : 365)) return err('day-of-year out of range');
  let month = 1;
  let day = yearDay;
  while (day > daysInMonth(year, month)) {
    day -= daysInMonth(year, month);
    month += 1;
  }
  if (read.month !== undefined && read.month !== month) return err('day-of-year does not match month');
  if (read.day !== undefined && read.day !== day) return err('day-of-year does not match day');
  return ok({ month, day });
};
