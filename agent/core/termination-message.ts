import type { Plan, PlanFile } from '../../lib/plan.ts';
import type { FileFailure } from './generation.ts';
import { addressOfFile } from './identity.ts';
import type { SourceReports } from './start-rules.ts';

/** What the kubelet takes of a termination message, in bytes. */
export const maximumMessageBytes = 4096;

interface Line {
  readonly files: string[];
  readonly rest: string;
}

const restOfLine = (plan: Plan, planFile: PlanFile, { error }: FileFailure): string => {
  const { store, key } = addressOfFile(plan, planFile);
  return `(key ${JSON.stringify(key)} of ${store}): ${error.code}: ${error.message}`;
};

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
    return `${named}${files.length > 5 ? ` and ${files.length - 5} more` : ''} ${rest}`;
  });
};

/** What stands in the way of a first generation: the failures, and the files whose source has not answered. */
export const openProblems = (plan: Plan, reports: SourceReports): readonly string[] => {
  const failures = plan.files.flatMap((file, index): readonly FileFailure[] => {
    const report = reports[file.source];
    if (file.optional) return [];
    if (report !== undefined) return report.failures.filter((failure) => failure.file === index);
    return [{ file: index, error: { code: 'timeout', message: 'the store has not answered yet' } }];
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
