import { deepEqual } from '../../equal.ts';
import { kindName, typeName } from '../../types.ts';
import { booleanValue, nil, stringValue, type TemplateFunction } from '../../value.ts';
import { stringArgument } from '../arguments.ts';
import { anyType, define } from './define.ts';

/** Functions that tell what a value is. */
export const reflectionFunctions: readonly TemplateFunction[] = [
  define('typeOf', [anyType], ([value = nil]) => stringValue(typeName(value))),
  define('kindOf', [anyType], ([value = nil]) => stringValue(kindName(value))),
  define('typeIs', ['string', anyType], ([name, value = nil]) =>
    booleanValue(stringArgument(name) === typeName(value)),
  ),
  define('typeIsLike', ['string', anyType], ([name, value = nil]) => {
    const wanted = stringArgument(name);
    return booleanValue([wanted, `*${wanted}`].includes(typeName(value)));
  }),
  define('kindIs', ['string', anyType], ([name, value = nil]) =>
    booleanValue(stringArgument(name) === kindName(value)),
  ),
  define('deepEqual', [anyType, anyType], ([one = nil, other = nil], { spend }) =>
    booleanValue(deepEqual(one, other, spend)),
  ),
];
