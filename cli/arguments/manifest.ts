import { err, ok, type Result } from '../../lib/result.ts';
import type { Words } from '../words.ts';
import type { ManifestArguments } from './arguments.ts';
import { commonProblems } from './common.ts';
import { countingOf } from './counting.ts';
import { brokerOf } from './install.ts';
import { commandProblems, fileProblems, strangerProblems } from './problems.ts';
import { readingOf } from './reading.ts';

/** For `inject`, `check` and `explain`; undefined: it is no command that is known. */
export const manifestArguments = (
  words: Words,
  command: ManifestArguments['command'] | undefined,
): Result<ManifestArguments, readonly string[]> => {
  const [counting, broker] = [countingOf(words), brokerOf(words)];
  const problems = [
    ...commandProblems(words.positionals),
    ...strangerProblems(words),
    ...fileProblems(words),
    ...commonProblems(words),
    ...(counting.ok ? [] : counting.error),
    ...(broker.ok ? [] : [broker.error]),
  ];
  if (problems.length > 0 || command === undefined || !counting.ok || !broker.ok) return err(problems);
  return ok({
    command,
    ...readingOf(words, broker.value),
    counting: counting.value,
  });
};
