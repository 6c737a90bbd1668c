import type { FunctionGroup } from '../table.ts';

/** sprig's functions for regular expressions, with a library for RE2's syntax. */
export const regexGroup: FunctionGroup = {
  load: async () => import('./functions.ts'),
  names: [
    'mustRegexFind',
    'mustRegexFindAll',
    'mustRegexMatch',
    'mustRegexReplaceAll',
    'mustRegexReplaceAllLiteral',
    'mustRegexSplit',
    'regexFind',
    'regexFindAll',
    'regexMatch',
    'regexQuoteMeta',
    'regexReplaceAll',
    'regexReplaceAllLiteral',
    'regexSplit',
  ],
};
