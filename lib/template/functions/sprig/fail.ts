import { FunctionError, type TemplateFunction } from '../../value.ts';
import { define } from './define.ts';

/**
 * Go's error is the message itself. Ours is not: the message may be put together from secret values, and errors are logged. One that is
 * written out in the template is seen in the place that the error names.
 */
const message = 'the template called fail (its message is not shown: it may hold a secret)';

export const failFunctions: readonly TemplateFunction[] = [
  define('fail', ['string'], () => {
    throw new FunctionError(message);
  }),
];
