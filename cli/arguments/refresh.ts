import { err, ok, type Result } from '../../lib/result.ts';
import { parseTarget } from '../core/target.ts';
import { one, type Words } from '../words.ts';
import type { RefreshArguments } from './arguments.ts';
import { commonProblems, outputOf } from './common.ts';
import { strangerProblems } from './problems.ts';

/** For `refresh`. */
export const refreshArguments = (words: Words): Result<RefreshArguments, readonly string[]> => {
  const target = parseTarget(words.positionals.slice(1), one(words, 'selector'));
  const problems = [...strangerProblems(words), ...(target.ok ? [] : target.error), ...commonProblems(words)];
  if (problems.length > 0 || !target.ok) return err(problems);
  return ok({
    command: 'refresh',
    target: target.value,
    namespace: one(words, 'namespace'),
    kubeconfig: one(words, 'kubeconfig'),
    context: one(words, 'context'),
    dryRun: words.values.has('dry-run'),
    output: outputOf(words),
  });
};
