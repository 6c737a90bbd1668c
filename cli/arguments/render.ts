import { err, ok, type Result } from '../../lib/result.ts';
import { isSubdomain, quoted } from '../../lib/text.ts';
import { many, one, type Words } from '../words.ts';
import type { RenderArguments } from './arguments.ts';
import { commonProblems } from './common.ts';
import { brokerOf } from './install.ts';
import { commandProblems, fileProblems, strangerProblems } from './problems.ts';
import { readingOf } from './reading.ts';

type Problems = readonly string[];

const tokensOf = (words: Words): Result<ReadonlyMap<string, string>, Problems> => {
  const pairs = many(words, 'token').map((text) => {
    const mark = text.lastIndexOf('=');
    return {
      text,
      audience: text.slice(0, Math.max(0, mark)),
      file: text.slice(mark + 1),
      isPair: mark >= 0,
    };
  });
  const problems = pairs
    .filter(({ isPair, file }) => !isPair || file === '')
    .map(({ text }) => `--token is ${quoted(text)}; it takes AUDIENCE=FILE, such as vault=/tmp/token`);
  return problems.length > 0
    ? err(problems)
    : ok(new Map(pairs.map(({ audience, file }) => [audience, file])));
};

const serviceAccountProblems = (name: string | undefined): Problems =>
  name === undefined || isSubdomain(name)
    ? []
    : [`--service-account is ${quoted(name)}, which cannot be the name of a ServiceAccount`];

/** For `render`. */
export const renderArguments = (words: Words): Result<RenderArguments, Problems> => {
  const [out, tokens, broker] = [one(words, 'out'), tokensOf(words), brokerOf(words)];
  const problems = [
    ...commandProblems(words.positionals),
    ...strangerProblems(words),
    ...fileProblems(words),
    ...(out === undefined ? ['-o is missing: where to?'] : []),
    ...serviceAccountProblems(one(words, 'service-account')),
    ...(tokens.ok ? [] : tokens.error),
    ...(broker.ok ? [] : [broker.error]),
    ...commonProblems(words),
  ];
  if (problems.length > 0 || out === undefined || !tokens.ok || !broker.ok) return err(problems);
  return ok({
    command: 'render',
    ...readingOf(words, broker.value),
    out,
    serviceAccount: one(words, 'service-account'),
    tokens: tokens.value,
    kubeconfig: one(words, 'kubeconfig'),
    context: one(words, 'context'),
  });
};
