import {
  integerValue,
  listValue,
  stringValue,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { integerArgument } from '../arguments.ts';
import { define } from './define.ts';
import { valueCost } from './nesting.ts';

interface Steps {
  readonly start: bigint;
  readonly stop: bigint;
  readonly step: bigint;
}

const countOf = ({ start, stop, step }: Steps): bigint => {
  if (stop < start) return step < 0n ? (start - stop - step - 1n) / -step : 0n;
  return step > 0n ? (stop - start + step - 1n) / step : 0n;
};

/** The numbers from `start` up to `stop` without it (or down to it); asks the template's bounds first. */
const numbersOf = (steps: Steps, context: CallContext): bigint[] => {
  const count = Number(countOf(steps));
  context.spend(count * valueCost);
  return Array.from({ length: count }, (_, index) => steps.start + BigInt(index) * steps.step);
};

const list = (numbers: readonly bigint[]): Value =>
  listValue(
    numbers.map((number) => integerValue(number)),
    'int',
  );

const wrapped = (value: bigint): bigint => BigInt.asIntN(64, value);

/** As the shell's `seq`: `end`, `start end` or `start step end`, the end included. */
const sequenceOf = (parameters: readonly bigint[]): Steps | undefined => {
  const [first, second, third] = parameters;
  if (first === undefined || parameters.length > 3) return undefined;
  const start = second === undefined ? 1n : first;
  const end = third ?? second ?? first;
  const direction = end < start ? -1n : 1n;
  const step = third === undefined || second === undefined ? direction : second;
  return { start, stop: wrapped(end + direction), step };
};

/** Functions that count. */
export const sequenceFunctions: readonly TemplateFunction[] = [
  define('until', ['int'], ([count], context) => {
    const stop = integerArgument(count);
    return list(numbersOf({ start: 0n, stop, step: stop < 0n ? -1n : 1n }, context));
  }),
  define('untilStep', ['int', 'int', 'int'], ([start, stop, step], context) =>
    list(
      numbersOf(
        { start: integerArgument(start), stop: integerArgument(stop), step: integerArgument(step) },
        context,
      ),
    ),
  ),
  define('seq', ['...int'], (values, context) => {
    const steps = sequenceOf(values.map(integerArgument));
    return stringValue(steps === undefined ? '' : numbersOf(steps, context).join(' '));
  }),
];
