import { isTrue } from '../../types.ts';
import { booleanValue, nil, type TemplateFunction, type Value } from '../../value.ts';
import { anyType, define } from './define.ts';
import { argumentAt, booleanArgument } from './values.ts';

/** sprig's `empty`: the zero of a type, or nothing inside; the same that counts as false for `if`. */
export const isEmpty = (value: Value): boolean => !isTrue(value);

/** Functions that choose by whether a value is empty. */
export const emptinessFunctions: readonly TemplateFunction[] = [
  define('empty', [anyType], ([value = nil]) => booleanValue(isEmpty(value))),
  define('default', [anyType, `...${anyType}`], ([fallback = nil, given = nil]) =>
    isEmpty(given) ? fallback : given,
  ),
  define('coalesce', [`...${anyType}`], (values) => values.find((value) => !isEmpty(value)) ?? nil),
  define('all', [`...${anyType}`], (values) => booleanValue(!values.some(isEmpty))),
  define('any', [`...${anyType}`], (values) => booleanValue(values.some((value) => !isEmpty(value)))),
  define('ternary', [anyType, anyType, 'bool'], (values) =>
    argumentAt(values, booleanArgument(values[2]) ? 0 : 1),
  ),
];
