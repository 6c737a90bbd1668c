import { err, ok, type Result } from '../../lib/result.ts';
import { many, one, type Words } from '../words.ts';
import type { ManifestArguments } from './arguments.ts';
import { commonProblems, outputOf } from './common.ts';
import { countingOf } from './counting.ts';
import { brokerOf, settingsOf } from './install.ts';
import { commandProblems, fileProblems, strangerProblems } from './problems.ts';

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
    files: many(words, 'filename'),
    manifests: many(words, 'manifests'),
    namespace: one(words, 'namespace') ?? 'default',
    output: outputOf(words),
    settings: settingsOf(words),
    broker: broker.value,
    counting: counting.value,
  });
};
