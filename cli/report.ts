import { stringify } from 'yaml';
import { annotation } from '../lib/annotation-names.ts';
import type { ManifestArguments } from './arguments/arguments.ts';
import { explainedData, explainedText } from './explain/explain.ts';
import { nothingAsked, type Reviewed } from './review.ts';

type Say = (text: string) => void;

/**
 * How documents are printed: without anchors, and with quotes around what a YAML 1.1 reader such as `kubectl` would take for
 * something else than text (`on`, `no`).
 */
const yamlStyle = { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' } as const;

const printDocuments = (reviewed: readonly Reviewed[], out: Say): void => {
  const printed = reviewed
    .filter(({ outcome }) => outcome !== 'deny')
    .map(({ document }) => stringify(document, yamlStyle));
  out(printed.join('---\n'));
};

const sayFindings = (reviewed: readonly Reviewed[], say: Say): void => {
  for (const { source, title, problems, warnings } of reviewed) {
    if (problems.length > 0)
      say(`${source}: ${title}: ${problems.length === 1 ? '1 problem' : `${problems.length} problems`}\n`);
    for (const { place, message } of problems) say(`  ${place}: ${message}\n`);
    for (const warning of warnings) say(`${source}: ${title}: warning: ${warning}\n`);
  }
};

const sayUses = (reviewed: readonly Reviewed[], say: Say): void => {
  for (const { source, title, secretUses, notAskedFor } of reviewed) {
    if (secretUses.length === 0) continue;
    say(
      `${source}: ${title}: still takes what follows from Secrets that ExternalSecrets make; without those Secrets its containers do not start:\n`,
    );
    for (const { who, what, file, externalSecret } of secretUses)
      say(
        `  ${who}: ${what}: ${file === undefined ? 'no file can replace it' : `read ${file}`} (ExternalSecret ${externalSecret})\n`,
      );
    if (notAskedFor.length > 0)
      say(
        `  its pods do not have these files yet: annotate the pod template with ${annotation('inject')}: "true" and ${annotation('external-secrets')}: ${notAskedFor.join(',')}\n`,
      );
  }
};

const countOf = (reviewed: readonly Reviewed[], outcome: Reviewed['outcome']): number =>
  reviewed.filter((item) => item.outcome === outcome).length;

const summary = (reviewed: readonly Reviewed[]): string => {
  const [valid, invalid] = [countOf(reviewed, 'valid'), countOf(reviewed, 'invalid')];
  const pods = `${countOf(reviewed, 'inject')} would be injected, ${countOf(reviewed, 'deny')} refused, ${countOf(reviewed, 'skip')} left alone`;
  const objects =
    valid + invalid === 0 ? '' : `; stores and ExternalSecrets: ${valid} right, ${invalid} wrong`;
  return `${pods}${objects}\n`;
};

const asData = (reviewed: readonly Reviewed[], { command, counting }: ManifestArguments): object => {
  if (command === 'explain') return explainedData(reviewed, counting);
  const withDocument = command === 'inject';
  const items = reviewed.map(({ source, title, outcome, problems, warnings, secretUses, document }) => ({
    source,
    title,
    outcome,
    problems,
    warnings,
    ...(command === 'check' ? { secretUses } : {}),
    ...(withDocument ? { document } : {}),
  }));
  return { items };
};

/** Says what was found as the command has it, and returns whether all is well. */
export const report = (
  reviewed: readonly Reviewed[],
  arguments_: ManifestArguments,
  { out, error }: { readonly out: Say; readonly error: Say },
): boolean => {
  const nothing = nothingAsked(reviewed);
  if (nothing !== undefined) error(`keyferry: ${nothing}\n`);
  const { command, output, counting } = arguments_;
  if (output === 'json') {
    out(`${JSON.stringify(asData(reviewed, arguments_), undefined, 2)}\n`);
  } else if (command === 'inject') {
    printDocuments(reviewed, out);
    sayFindings(reviewed, error);
  } else {
    if (command === 'explain') out(explainedText(reviewed, counting));
    sayFindings(reviewed, out);
    if (command === 'check') sayUses(reviewed, out);
    out(summary(reviewed));
  }
  return reviewed.every(({ problems }) => problems.length === 0);
};
