import {
  booleanValue,
  FunctionError,
  integerValue,
  type ObjectValue,
  stringValue,
  type TemplateFunction,
  type TypeName,
  type Value,
} from '../../value.ts';
import { bytesValue, integerArgument, objectArgument, stringArgument } from '../arguments.ts';
import { type Moment, momentOf, secondsOf, show, zeroMoment } from './calendar.ts';
import {
  formatDuration,
  hour,
  microsecond,
  millisecond,
  minute,
  roundDuration,
  second,
  truncateDuration,
} from './duration.ts';
import { describeMoment, formatMoment, rfc3339 } from './format.ts';
import { months, weekdays } from './layout.ts';
import { local, utc } from './zone.ts';

type Call = (values: readonly Value[]) => Value;

/** Methods by name, from a table of parameters and what they do. */
const methodsOf = (
  table: readonly (readonly [string, readonly TypeName[], Call])[],
): ReadonlyMap<string, TemplateFunction> =>
  new Map(table.map(([name, parameters, call]) => [name, { name, parameters, call }]));

const integer = (value: number): Value => integerValue(BigInt(value));
const integer64 = (value: bigint): Value => integerValue(BigInt.asIntN(64, value), 'int64');
const float = (value: number): Value => ({ kind: 'float', type: 'float64', value });

const noFields: ReadonlyMap<string, Value> = new Map();

/** `time.Month` and `time.Weekday`: numbers that print as names. */
const namedNumber = (type: TypeName, text: string, value: number): ObjectValue => ({
  kind: 'object',
  type,
  fields: noFields,
  methods: methodsOf([['String', [], () => stringValue(text)]]),
  text: () => text,
  inner: BigInt(value),
});

/** An argument that Go takes as `time.Duration`: one of these, or a number of nanoseconds. */
const durationArgument = (value: Value | undefined): bigint =>
  value?.kind === 'object' && typeof value.inner === 'bigint' ? value.inner : integerArgument(value);

/** Go's float of a duration in a unit: whole units and the rest apart, for exactness. */
const inUnits = (duration: bigint, unit: bigint): Value =>
  float(Number(duration / unit) + Number(duration % unit) / Number(unit));

/** Go's `time.Duration`. */
const durationObject = (nanoseconds: bigint): ObjectValue => {
  const duration = BigInt.asIntN(64, nanoseconds);
  const text = (): string => formatDuration(duration);
  return {
    kind: 'object',
    type: 'time.Duration',
    fields: noFields,
    methods: methodsOf([
      ['String', [], () => stringValue(text())],
      ['Nanoseconds', [], () => integer64(duration)],
      ['Microseconds', [], () => integer64(duration / microsecond)],
      ['Milliseconds', [], () => integer64(duration / millisecond)],
      ['Seconds', [], () => inUnits(duration, second)],
      ['Minutes', [], () => inUnits(duration, minute)],
      ['Hours', [], () => inUnits(duration, hour)],
      ['Abs', [], () => durationObject(duration < 0n ? -duration : duration)],
      ['Round', ['time.Duration'], ([to]) => durationObject(roundDuration(duration, durationArgument(to)))],
      [
        'Truncate',
        ['time.Duration'],
        ([to]) => durationObject(truncateDuration(duration, durationArgument(to))),
      ],
    ]),
    text,
    inner: duration,
  };
};

const isMoment = (inner: unknown): inner is Moment =>
  typeof inner === 'object' && inner !== null && 'nanoseconds' in inner && 'zone' in inner;

/** The moment inside of a `time.Time`; undefined for every other value. */
export const momentIn = (value: Value | undefined): Moment | undefined =>
  value?.kind === 'object' && isMoment(value.inner) ? value.inner : undefined;

export const momentArgument = (value: Value | undefined): Moment => {
  const moment = momentIn(objectArgument(value));
  if (moment === undefined) throw new TypeError('an argument is no time where the parameters promise one');
  return moment;
};

const maximumDuration = (1n << 63n) - 1n;

/** Go's `Time.Sub` stops at the largest and smallest duration. */
export const between = (later: Moment, earlier: Moment): bigint => {
  const difference = later.nanoseconds - earlier.nanoseconds;
  if (difference > maximumDuration) return maximumDuration;
  return difference < -maximumDuration - 1n ? -maximumDuration - 1n : difference;
};

export const addDuration = (moment: Moment, duration: bigint): Moment => ({
  ...moment,
  nanoseconds: moment.nanoseconds + duration,
});

const addDate = (moment: Moment, [years, months_, days]: readonly Value[]): Moment => {
  const shown = show(moment);
  const added = [years, months_, days].map((value) => Number(integerArgument(value)));
  const [addedYears = 0, addedMonths = 0, addedDays = 0] = added;
  return momentOf(
    {
      ...shown,
      year: shown.year + addedYears,
      month: shown.month + addedMonths,
      day: shown.day + addedDays,
    },
    moment.zone,
  );
};

/** Rounds since the zero time, as Go does. */
const sinceZero = (moment: Moment, change: (duration: bigint) => bigint): Moment => ({
  ...moment,
  nanoseconds: change(moment.nanoseconds - zeroMoment.nanoseconds) + zeroMoment.nanoseconds,
});

const shownMethods = (moment: Moment): readonly (readonly [string, readonly TypeName[], Call])[] => [
  ['Year', [], () => integer(show(moment).year)],
  ['Month', [], () => monthOf(moment)],
  ['Day', [], () => integer(show(moment).day)],
  ['Hour', [], () => integer(show(moment).hour)],
  ['Minute', [], () => integer(show(moment).minute)],
  ['Second', [], () => integer(show(moment).second)],
  ['Nanosecond', [], () => integer(show(moment).nanosecond)],
  ['Weekday', [], () => weekdayOf(moment)],
  ['YearDay', [], () => integer(show(moment).yearDay)],
];

const monthOf = (moment: Moment): Value => {
  const { month } = show(moment);
  return namedNumber('time.Month', months[month - 1] ?? '', month);
};

const weekdayOf = (moment: Moment): Value => {
  const { weekday } = show(moment);
  return namedNumber('time.Weekday', weekdays[weekday] ?? '', weekday);
};

const unixMethods = (moment: Moment): readonly (readonly [string, readonly TypeName[], Call])[] => {
  const floor = (unit: bigint): Value =>
    integer64((moment.nanoseconds - (((moment.nanoseconds % unit) + unit) % unit)) / unit);
  return [
    ['Unix', [], () => floor(second)],
    ['UnixMilli', [], () => floor(millisecond)],
    ['UnixMicro', [], () => floor(microsecond)],
    ['UnixNano', [], () => integer64(moment.nanoseconds)],
  ];
};

const comparison = (
  name: string,
  moment: Moment,
  holds: (difference: bigint) => boolean,
): readonly [string, readonly TypeName[], Call] => [
  name,
  ['time.Time'],
  ([other]) => booleanValue(holds(moment.nanoseconds - momentArgument(other).nanoseconds)),
];

const changingMethods = (moment: Moment): readonly (readonly [string, readonly TypeName[], Call])[] => [
  ['UTC', [], () => timeObject({ ...moment, zone: utc })],
  ['Local', [], () => timeObject({ ...moment, zone: local })],
  ['Add', ['time.Duration'], ([duration]) => timeObject(addDuration(moment, durationArgument(duration)))],
  ['AddDate', ['int', 'int', 'int'], (values) => timeObject(addDate(moment, values))],
  ['Sub', ['time.Time'], ([other]) => durationObject(between(moment, momentArgument(other)))],
  [
    'Truncate',
    ['time.Duration'],
    ([to]) => timeObject(sinceZero(moment, (duration) => truncateDuration(duration, durationArgument(to)))),
  ],
  [
    'Round',
    ['time.Duration'],
    ([to]) => timeObject(sinceZero(moment, (duration) => roundDuration(duration, durationArgument(to)))),
  ],
];

/** Times whose year has not four digits have no JSON. */
const marshalJson = (moment: Moment): Value => {
  const { year } = show(moment);
  if (year < 0 || year > 9999) throw new FunctionError('Time.MarshalJSON: year outside of range [0,9999]');
  return bytesValue(`"${formatMoment(moment, rfc3339)}"`);
};

const plainMethods = (moment: Moment): readonly (readonly [string, readonly TypeName[], Call])[] => [
  ['Format', ['string'], ([layout]) => stringValue(formatMoment(moment, stringArgument(layout)))],
  ['String', [], () => stringValue(describeMoment(moment))],
  ['MarshalJSON', [], () => marshalJson(moment)],
  ['IsZero', [], () => booleanValue(moment.nanoseconds === zeroMoment.nanoseconds)],
  comparison('Before', moment, (difference) => difference < 0n),
  comparison('After', moment, (difference) => difference > 0n),
  comparison('Equal', moment, (difference) => difference === 0n),
  [
    'Compare',
    ['time.Time'],
    ([other]) => integer(Math.sign(Number(moment.nanoseconds - momentArgument(other).nanoseconds))),
  ],
];

/** Go's `time.Time`, with the methods that return one value. */
export const timeObject = (moment: Moment): ObjectValue => ({
  kind: 'object',
  type: 'time.Time',
  fields: noFields,
  methods: methodsOf([
    ...plainMethods(moment),
    ...shownMethods(moment),
    ...unixMethods(moment),
    ...changingMethods(moment),
  ]),
  text: () => describeMoment(moment),
  inner: moment,
});

export const momentOfSeconds = (seconds: bigint): Moment => ({ nanoseconds: seconds * second, zone: local });

export const momentOfMilliseconds = (milliseconds: number): Moment => ({
  nanoseconds: BigInt(Math.trunc(milliseconds)) * millisecond,
  zone: local,
});

export const unixSeconds = (moment: Moment): number => secondsOf(moment);
