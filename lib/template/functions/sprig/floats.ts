import {
  floatValue,
  integerValue,
  nil,
  type CallContext,
  type TemplateFunction,
  type Value,
} from '../../value.ts';
import { toFloat64 } from './cast.ts';
import { add, decimalOf, divide, floatOf, multiply, subtract, type Decimal } from './decimal.ts';
import { anyType, define } from './define.ts';
import { powerOfTen } from './power-of-ten.ts';
import { floatArgument, numberArgument } from './values.ts';

type Values = readonly Value[];
type Operation = (one: Decimal, other: Decimal) => Decimal;

/** Computes with exact decimals, so that 0.1 and 0.2 make 0.3. Products grow with each factor, which the template's bounds count. */
const computed = (values: Values, operation: Operation, context: CallContext): Value => {
  const [first = nil, ...others] = values;
  const result = others.reduce(
    (sum, next, index) => {
      context.spend(index);
      return operation(sum, decimalOf(toFloat64(next)));
    },
    decimalOf(toFloat64(first)),
  );
  return floatValue(floatOf(result));
};

const decimalFunction = (name: string, operation: Operation): TemplateFunction =>
  define(name, [anyType, `...${anyType}`], (values, context) => computed(values, operation, context));

/** Go's `math.Max`: infinity is larger than what is no number. */
const larger = (one: number, other: number): number =>
  one === Infinity || other === Infinity ? Infinity : Math.max(one, other);

const smaller = (one: number, other: number): number =>
  one === -Infinity || other === -Infinity ? -Infinity : Math.min(one, other);

const extreme = (name: string, choose: (one: number, other: number) => number): TemplateFunction =>
  define(name, [anyType, `...${anyType}`], (values) => floatValue(values.map(toFloat64).reduce(choose)));

const half = 0.5;

/** Rounds up from `threshold` on; negative numbers always go down, as sprig's do. */
const rounded = (value: number, places: number, threshold: number): number => {
  const power = powerOfTen(places);
  const shifted = power * value;
  const fraction = shifted - Math.trunc(shifted);
  return (fraction >= threshold ? Math.ceil(shifted) : Math.floor(shifted)) / power;
};

/** Functions of fractions. */
export const floatFunctions: readonly TemplateFunction[] = [
  define('float64', [anyType], ([value = nil]) => floatValue(toFloat64(value))),
  define('addf', [`...${anyType}`], (values, context) =>
    computed([integerValue(0n), ...values], add, context),
  ),
  define('add1f', [anyType], ([value = nil], context) => computed([value, integerValue(1n)], add, context)),
  decimalFunction('subf', subtract),
  decimalFunction('mulf', multiply),
  decimalFunction('divf', divide),
  extreme('maxf', larger),
  extreme('minf', smaller),
  define('floor', [anyType], ([value = nil]) => floatValue(Math.floor(toFloat64(value)))),
  define('ceil', [anyType], ([value = nil]) => floatValue(Math.ceil(toFloat64(value)))),
  define('round', [anyType, 'int', '...float64'], ([value = nil, places, threshold]) =>
    floatValue(
      rounded(
        toFloat64(value),
        numberArgument(places),
        threshold === undefined ? half : floatArgument(threshold),
      ),
    ),
  ),
];
