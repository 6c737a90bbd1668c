import {
  type CallContext,
  FunctionError,
  stringValue,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { type Moment, zeroMoment } from './calendar.ts';
import { formatDuration, parseDuration, roundDuration, second } from './duration.ts';
import { formatMoment } from './format.ts';
import {
  addDuration,
  between,
  momentArgument,
  momentIn,
  momentOfMilliseconds,
  momentOfSeconds,
  timeObject,
  unixSeconds,
} from './object.ts';
import { parseMoment } from './parse.ts';
import { roundToUnit } from './round-to-unit.ts';
import { findZone, utc } from './zone.ts';

const htmlLayout = '2006-01-02';

const nowOf = (context: CallContext): Moment => momentOfMilliseconds(context.now());

/** The integers that sprig takes for seconds since the epoch. Whatever is no time either is now to it, so that these functions are unstable. */
const secondTypes: ReadonlySet<string> = new Set(['int', 'int32', 'int64']);

const momentFrom = (value: Value | undefined, context: CallContext): Moment => {
  if (value?.kind === 'integer' && secondTypes.has(value.type)) return momentOfSeconds(value.value);
  return momentIn(value) ?? nowOf(context);
};

/** An unknown zone is UTC. */
const formatIn = (moment: Moment, layout: string, zone: string): Value =>
  stringValue(formatMoment({ ...moment, zone: findZone(zone) ?? utc }, layout));

const mustDuration = (text: string): bigint => {
  const duration = parseDuration(text);
  // Go would quote the text.
  if (duration === undefined) throw new FunctionError('time: invalid duration');
  return duration;
};

const dateIn = (name: string): TemplateFunction => ({
  name,
  parameters: ['string', 'interface {}', 'string'],
  unstable: true,
  call: ([layout, date, zone], context) =>
    formatIn(momentFrom(date, context), stringArgument(layout), stringArgument(zone)),
});

const modify = (name: string): TemplateFunction => ({
  name,
  parameters: ['string', 'time.Time'],
  call: ([text, date]) =>
    timeObject(addDuration(momentArgument(date), parseDuration(stringArgument(text)) ?? 0n)),
});

const mustModify = (name: string): TemplateFunction => ({
  name,
  parameters: ['string', 'time.Time'],
  call: ([text, date]) => timeObject(addDuration(momentArgument(date), mustDuration(stringArgument(text)))),
});

const dates: readonly TemplateFunction[] = [
  { name: 'now', parameters: [], unstable: true, call: (_, context) => timeObject(nowOf(context)) },
  {
    name: 'date',
    parameters: ['string', 'interface {}'],
    unstable: true,
    call: ([layout, date], context) => formatIn(momentFrom(date, context), stringArgument(layout), 'Local'),
  },
  dateIn('dateInZone'),
  dateIn('date_in_zone'),
  {
    name: 'htmlDate',
    parameters: ['interface {}'],
    unstable: true,
    call: ([date], context) => formatIn(momentFrom(date, context), htmlLayout, 'Local'),
  },
  {
    name: 'htmlDateInZone',
    parameters: ['interface {}', 'string'],
    unstable: true,
    call: ([date, zone], context) => formatIn(momentFrom(date, context), htmlLayout, stringArgument(zone)),
  },
  modify('dateModify'),
  modify('date_modify'),
  mustModify('mustDateModify'),
  mustModify('must_date_modify'),
  {
    name: 'toDate',
    parameters: ['string', 'string'],
    call: ([layout, text]) => {
      const parsed = parseMoment(stringArgument(layout), stringArgument(text));
      return timeObject(parsed.ok ? parsed.value : zeroMoment);
    },
  },
  {
    name: 'mustToDate',
    parameters: ['string', 'string'],
    call: ([layout, text]) => {
      const parsed = parseMoment(stringArgument(layout), stringArgument(text));
      if (!parsed.ok) throw new FunctionError(parsed.error);
      return timeObject(parsed.value);
    },
  },
  {
    name: 'unixEpoch',
    parameters: ['time.Time'],
    call: ([date]) => stringValue(String(unixSeconds(momentArgument(date)))),
  },
];

const clamp64 = (value: bigint): bigint => {
  const limit = 1n << 63n;
  if (value >= limit) return limit - 1n;
  return value < -limit ? -limit : value;
};

const largestUnsigned = (1n << 64n) - 1n;

/** Go's `strconv.ParseInt` stops at the ends of the range, even where more follows; what is no number is zero. */
const parseSeconds = (text: string): bigint => {
  const [all, sign = '', digits = ''] = /^([-+]?)([0-9]+)/.exec(text) ?? [];
  // Leading zeros aside, what has more digits than that is past the range in any case.
  const amount = BigInt(digits.replace(/^0+/, '').slice(0, 30));
  if (all === undefined || (all !== text && amount <= largestUnsigned)) return 0n;
  return clamp64(sign === '-' ? -amount : amount);
};

const secondsFrom = (value: Value | undefined): bigint => {
  if (value?.kind === 'string') return parseSeconds(value.value);
  return value?.kind === 'integer' && value.type === 'int64' ? value.value : 0n;
};

const durationFrom = (value: Value | undefined, context: CallContext): bigint => {
  if (value?.kind === 'string') return parseDuration(value.value) ?? 0n;
  if (value?.kind === 'integer' && value.type === 'int64') return value.value;
  const moment = momentIn(value);
  return moment === undefined ? 0n : between(nowOf(context), moment);
};

const agoTypes: ReadonlySet<string> = new Set(['int', 'int64']);

const durations: readonly TemplateFunction[] = [
  {
    name: 'ago',
    parameters: ['interface {}'],
    unstable: true,
    call: ([date], context) => {
      const now = nowOf(context);
      const known = date?.kind !== 'integer' || agoTypes.has(date.type);
      const since = known ? momentFrom(date, context) : now;
      return stringValue(formatDuration(roundDuration(between(now, since), second)));
    },
  },
  {
    name: 'duration',
    parameters: ['interface {}'],
    call: ([seconds]) => stringValue(formatDuration(BigInt.asIntN(64, secondsFrom(seconds) * second))),
  },
  {
    name: 'durationRound',
    parameters: ['interface {}'],
    unstable: true,
    call: ([duration], context) => stringValue(roundToUnit(durationFrom(duration, context))),
  },
];

export const functions: readonly TemplateFunction[] = [...dates, ...durations];
