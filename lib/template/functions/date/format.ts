import type { ByteString } from '../../value.ts';
import { type Moment, type Shown, show } from './calendar.ts';
import { type Element, type LayoutPart, months, parseLayout, weekdays } from './layout.ts';

const digits = (value: number, width: number, filler = '0'): string => {
  const text = String(Math.abs(value)).padStart(width, filler);
  return value < 0 ? `-${text}` : text;
};

const hour12 = (hour: number): number => (hour % 12 === 0 ? 12 : hour % 12);

/** `-0700` and its relatives, without what is special about `Z`. */
const formatOffset = (element: string, offset: number): string => {
  const amount = Math.abs(offset);
  const parts = [Math.floor(amount / 3600), Math.floor((amount % 3600) / 60), amount % 60];
  const count = element.replaceAll(/[^0-9]/g, '').length / 2;
  const separator = element.includes(':') ? ':' : '';
  // The sign is that of whole minutes, as Go's.
  const sign = Math.trunc(offset / 60) < 0 ? '-' : '+';
  return (
    sign +
    parts
      .slice(0, count)
      .map((part) => digits(part, 2))
      .join(separator)
  );
};

const abbreviate = ({ abbreviation, offset }: Shown): string => {
  if (abbreviation !== '') return abbreviation;
  const minutes = Math.trunc(Math.abs(offset) / 60);
  const sign = Math.trunc(offset / 60) < 0 ? '-' : '+';
  return `${sign}${digits(Math.floor(minutes / 60), 2)}${digits(minutes % 60, 2)}`;
};

type Formatter = (shown: Shown) => string;

const plain: readonly (readonly [Element, Formatter])[] = [
  ['2006', ({ year }) => digits(year, 4)],
  ['06', ({ year }) => digits(Math.max(year, 0) % 100, 2)],
  ['January', ({ month }) => months[month - 1] ?? ''],
  ['Jan', ({ month }) => months[month - 1]?.slice(0, 3) ?? ''],
  ['1', ({ month }) => digits(month, 0)],
  ['01', ({ month }) => digits(month, 2)],
  ['Monday', ({ weekday }) => weekdays[weekday] ?? ''],
  ['Mon', ({ weekday }) => weekdays[weekday]?.slice(0, 3) ?? ''],
  ['2', ({ day }) => digits(day, 0)],
  ['_2', ({ day }) => digits(day, 2, ' ')],
  ['02', ({ day }) => digits(day, 2)],
  ['__2', ({ yearDay }) => digits(yearDay, 3, ' ')],
  ['002', ({ yearDay }) => digits(yearDay, 3)],
  ['15', ({ hour }) => digits(hour, 2)],
  ['3', ({ hour }) => digits(hour12(hour), 0)],
  ['03', ({ hour }) => digits(hour12(hour), 2)],
  ['4', ({ minute }) => digits(minute, 0)],
  ['04', ({ minute }) => digits(minute, 2)],
  ['5', ({ second }) => digits(second, 0)],
  ['05', ({ second }) => digits(second, 2)],
  ['PM', ({ hour }) => (hour >= 12 ? 'PM' : 'AM')],
  ['pm', ({ hour }) => (hour >= 12 ? 'pm' : 'am')],
  ['MST', abbreviate],
];

const formatters = new Map<Element, Formatter>(plain);

const formatElement = (element: Element, shown: Shown): string => {
  const formatter = formatters.get(element);
  if (formatter !== undefined) return formatter(shown);
  return element.startsWith('Z') && shown.offset === 0 ? 'Z' : formatOffset(element, shown.offset);
};

const formatFraction = (text: string, trimmed: boolean, nanosecond: number): string => {
  const all = digits(nanosecond, 9)
    .slice(0, text.length - 1)
    .padEnd(text.length - 1, '0');
  const shown = trimmed ? all.replace(/0+$/, '') : all;
  return shown === '' ? '' : `${text.charAt(0)}${shown}`;
};

const formatPart = (part: LayoutPart, shown: Shown): string => {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'fraction') return formatFraction(part.text, part.trimmed, shown.nanosecond);
  return formatElement(part.element, shown);
};

/** Writes a moment as a layout says. */
export const formatMoment = (moment: Moment, layout: ByteString): ByteString => {
  const shown = show(moment);
  return parseLayout(layout)
    .map((part) => formatPart(part, shown))
    .join('');
};

/** Go's `Time.String`. */
export const describeMoment = (moment: Moment): ByteString =>
  formatMoment(moment, '2006-01-02 15:04:05.999999999 -0700 MST');

export const rfc3339 = '2006-01-02T15:04:05.999999999Z07:00';
