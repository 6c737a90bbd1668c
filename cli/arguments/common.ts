import { isSubdomain, quoted } from '../../lib/text.ts';
import { one, type Words } from '../words.ts';

/** The options that every command has. */

export const commonProblems = (words: Words): string[] => {
  const [namespace, output] = [one(words, 'namespace'), one(words, 'output')];
  return [
    ...(namespace === undefined || isSubdomain(namespace)
      ? []
      : [`--namespace is ${quoted(namespace)}, which cannot be the name of a namespace`]),
    ...(output === undefined || output === 'text' || output === 'json'
      ? []
      : [`--output is ${quoted(output)}; it takes text or json`]),
  ];
};

export const outputOf = (words: Words): 'text' | 'json' =>
  one(words, 'output') === 'json' ? 'json' : 'text';
