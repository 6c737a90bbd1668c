import { sourcesOfFile, type Plan, type PlanFile } from '../../lib/plan.ts';
import { providerError } from '../../lib/provider-error.ts';
import { sourcePhrase } from '../../lib/source-text.ts';
import type { FileFailure } from './acceptance.ts';
import { storeIdentity } from './identity.ts';
import { needsSource, PlanInputs } from './inputs.ts';
import type { SourceReports } from './start-rules.ts';

/** What the kubelet takes of a termination message, in bytes. */
export const maximumMessageBytes = 4096;

interface Line {
  readonly files: string[];
  readonly rest: string;
}

/** Where the trouble comes from; nothing where it is the file's own. */
const origin = (plan: Plan, file: PlanFile, { error }: FileFailure): string => {
  const [only, ...others] = sourcesOfFile(file);
  const isOfOne = others.length === 0 && file.kind !== 'template' && file.kind !== 'external-secret';
  const source = plan.sources[error.source ?? (isOfOne ? (only ?? -1) : -1)];
  const store = source === undefined ? undefined : plan.stores[source.store];
  return source === undefined || store === undefined
    ? ''
    : ` (${sourcePhrase(source)} of ${storeIdentity(store)})`;
};

const restOfLine = (plan: Plan, file: PlanFile, failure: FileFailure): string =>
  `${origin(plan, file, failure)}: ${failure.error.code}: ${failure.error.message}`;

/** One line for each key and reason: which files, from where, why. Never a value. */
export const failureLines = (plan: Plan, failures: readonly FileFailure[]): readonly string[] => {
  const lines = new Map<string, Line>();
  for (const failure of failures) {
    const file = plan.files[failure.file];
    if (file === undefined) continue;
    const rest = restOfLine(plan, file, failure);
    const line = lines.get(rest) ?? { files: [], rest };
    line.files.push(file.path);
    lines.set(rest, line);
  }
  return [...lines.values()].map(({ files, rest }) => {
    const named = files.slice(0, 5).join(', ');
    return `${named}${files.length > 5 ? ` and ${files.length - 5} more` : ''}${rest}`;
  });
};

const unanswered = providerError('timeout', 'the store has not answered yet');

/** What stands in the way of a first generation: the failures, and the files whose sources have not answered. */
export const openProblems = (plan: Plan, reports: SourceReports): readonly string[] => {
  const inputs = new PlanInputs(plan);
  const failures = plan.files.flatMap((file, index): readonly FileFailure[] => {
    if (file.optional) return [];
    return inputs.ofFile(file).flatMap((input): readonly FileFailure[] => {
      const report = reports[input];
      if (report === undefined)
        return needsSource(file, input, false)
          ? [{ file: index, error: { ...unanswered, source: input } }]
          : [];
      return report.failures.filter((failure) => failure.file === index && failure.tolerated !== true);
    });
  });
  return failureLines(plan, failures);
};

/** A headline and its lines, cut between lines to what the kubelet takes; what is left out is counted. */
export const terminationMessage = (headline: string, lines: readonly string[]): string => {
  let message = headline;
  for (const [index, line] of lines.entries()) {
    const left = lines.length - index - 1;
    const next = `${message}\n${line}`;
    const tail = left > 0 ? `\nand ${left} more` : '';
    if (Buffer.byteLength(next + tail) > maximumMessageBytes)
      return cutToBytes(`${message}\nand ${left + 1} more`, maximumMessageBytes);
    message = next;
  }
  return cutToBytes(message, maximumMessageBytes);
};

/** Cuts between characters, not within one. */
const cutToBytes = (text: string, bytes: number): string =>
  new TextDecoder().decode(Buffer.from(text).subarray(0, bytes)).replace(/\uFFFD$/u, '');
