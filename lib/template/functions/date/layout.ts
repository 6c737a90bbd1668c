/**
 * Go's layouts: a layout is the reference time (Monday, January 2, 15:04:05.999999999, 2006, MST or -0700) written in the wanted way
 * (https://pkg.go.dev/time#pkg-constants).
 */

export type Element =
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | '2006'
  | '06'
  | 'PM'
  | 'pm'
  | 'MST'
  | 'Z0700'
  | 'Z070000'
  | 'Z07'
  | 'Z07:00'
  | 'Z07:00:00'
  | '-0700'
  | '-070000'
  | '-07'
  | '-07:00'
  | '-07:00:00';

export type LayoutPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'element'; readonly element: Element }
  /** A fraction of a second: `.000` has just so many digits, `.999` none at the end that are zero. */
  | { readonly kind: 'fraction'; readonly text: string; readonly trimmed: boolean };

/** By their first character; the first that fits is taken. */
const elements: readonly Element[] = [
  'January',
  'Jan',
  'Monday',
  'Mon',
  'MST',
  '002',
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '15',
  '1',
  '2006',
  '2',
  '_2',
  '__2',
  '3',
  '4',
  '5',
  'PM',
  'pm',
  '-070000',
  '-07:00:00',
  '-0700',
  '-07:00',
  '-07',
  'Z070000',
  'Z07:00:00',
  'Z0700',
  'Z07:00',
  'Z07',
];

const fraction = /[.,](0+|9+)(?![0-9])/y;

const fractionAt = (layout: string, position: number): LayoutPart | undefined => {
  fraction.lastIndex = position;
  const text = fraction.exec(layout)?.[0];
  return text === undefined ? undefined : { kind: 'fraction', text, trimmed: text.endsWith('9') };
};

const elementAt = (layout: string, position: number): Element | undefined => {
  // An underscore before a year is no padding.
  if (layout.startsWith('_2006', position)) return undefined;
  const element = elements.find((candidate) => layout.startsWith(candidate, position));
  const isShort = element === 'Jan' || element === 'Mon';
  // "Jane" and "Money" are words.
  return isShort && /^[a-z]/.test(layout.slice(position + 3)) ? undefined : element;
};

const partAt = (layout: string, position: number): LayoutPart | undefined => {
  const found = fractionAt(layout, position);
  if (found !== undefined) return found;
  const element = elementAt(layout, position);
  return element === undefined ? undefined : { kind: 'element', element };
};

const lengthOf = (part: LayoutPart): number => (part.kind === 'element' ? part.element : part.text).length;

/** Takes a layout apart. */
export const parseLayout = (layout: string): LayoutPart[] => {
  const parts: LayoutPart[] = [];
  let text = '';
  for (let position = 0; position < layout.length;) {
    const part = partAt(layout, position);
    if (part === undefined) {
      text += layout.charAt(position);
      position += 1;
      continue;
    }
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    parts.push(part);
    position += lengthOf(part);
  }
  return text === '' ? parts : [...parts, { kind: 'text', text }];
};

export const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export const weekdays = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;
