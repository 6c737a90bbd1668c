import { err, ok, type Result } from '../result.ts';
import { didYouMean, nearest } from '../text.ts';
import { functionNames } from './functions/table.ts';
import { builtinNames, parseTemplate, type Template } from './template.ts';

const unknownFunction = /: function "([^"]+)" not defined$/;

/** `nearest` looks at so many candidates, since most of its callers get them from users; there are more functions. */
const batch = 100;

const nearestInEachBatch = (word: string, names: readonly string[]): readonly string[] =>
  names.length === 0
    ? []
    : [nearest(word, names.slice(0, batch)) ?? [], nearestInEachBatch(word, names.slice(batch))].flat();

/** What a function that is not there was meant to be. */
const hint = (error: string, names: readonly string[]): string => {
  const unknown = unknownFunction.exec(error)?.[1];
  return unknown === undefined ? '' : didYouMean(unknown, nearestInEachBatch(unknown, names));
};

/**
 * Parses a template that may call all functions there are, and `further` ones. The error is Go's own; of a function that is not there
 * it says besides which one was meant.
 */
export const parseChecked = (
  name: string,
  text: string,
  further: readonly string[] = [],
): Result<Template, string> => {
  const names = [...functionNames, ...further];
  const parsed = parseTemplate(name, text, new Set(names));
  return parsed.ok
    ? ok(parsed.value)
    : err(`${parsed.error}${hint(parsed.error, [...names, ...builtinNames])}`);
};
