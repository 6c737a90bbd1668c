import { noFlags } from './format/flags.ts';
import { printValue } from './format/print-value.ts';
import type { ByteString, Value } from './value.ts';

export { sprintf } from './format/printf.ts';

/** One value as `%v` prints it. */
export const formatValue = (value: Value): ByteString =>
  value.kind === 'string' ? value.value : printValue(value, 'v', noFlags);

/** Go's `fmt.Sprint`: a space between two values where neither is a string. */
export const sprint = (values: readonly Value[]): ByteString =>
  values
    .map((value, index) => {
      const previous = values[index - 1];
      const apart = previous !== undefined && previous.kind !== 'string' && value.kind !== 'string';
      return (apart ? ' ' : '') + formatValue(value);
    })
    .join('');

/** Go's `fmt.Sprintln`: a space between all values, a line feed at the end. */
export const sprintln = (values: readonly Value[]): ByteString => `${values.map(formatValue).join(' ')}\n`;
