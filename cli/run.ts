import type { Clock } from '../lib/clock.ts';
import {
  parseArguments,
  type Arguments,
  type ManifestArguments,
  type RefreshArguments,
} from './arguments.ts';
import { reviewManifests } from './manifests.ts';
import { report } from './report.ts';
import { usage } from './usage.ts';

/** What a command reads and writes, so that `main` alone touches the process. */
export interface Surroundings {
  readonly readInput: () => Promise<string>;
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  readonly clock: Clock;
  /** The variable `KUBECONFIG`. */
  readonly kubeconfigVariable: string | undefined;
  readonly homeFolder: string;
}

const wellStatus = 0;
const problemStatus = 1;
const usageStatus = 2;

const sayProblems = (problems: readonly string[], { error }: Surroundings): void => {
  for (const problem of problems) error(`keyferry: ${problem}\n`);
};

const runOnManifests = async (arguments_: ManifestArguments, around: Surroundings): Promise<number> => {
  const reviewed = await reviewManifests(arguments_, around.readInput);
  if (!reviewed.ok) {
    sayProblems(reviewed.error, around);
    return usageStatus;
  }
  return report(reviewed.value, arguments_, around) ? wellStatus : problemStatus;
};

/** The Kubernetes client takes longer to load than all the rest, and nobody else needs it. */
const runRefresh = async (arguments_: RefreshArguments, around: Surroundings): Promise<number> => {
  const { refresh } = await import('./refresh/refresh.ts');
  const { isWell, reportText } = await import('./refresh/report.ts');
  const done = await refresh(arguments_, around);
  if (!done.ok) {
    sayProblems([done.error], around);
    return usageStatus;
  }
  if (arguments_.output === 'json') {
    around.out(`${JSON.stringify(done.value, undefined, 2)}\n`);
  } else {
    sayProblems(done.value.problems, around);
    around.out(reportText(done.value));
  }
  return isWell(done.value) ? wellStatus : problemStatus;
};

const run = (arguments_: Arguments, around: Surroundings): Promise<number> =>
  arguments_.command === 'refresh' ? runRefresh(arguments_, around) : runOnManifests(arguments_, around);

/** The `keyferry` command; resolves to its exit status. */
export const runCommand = async (argv: readonly string[], around: Surroundings): Promise<number> => {
  const parsed = parseArguments(argv);
  if (!parsed.ok) {
    sayProblems(parsed.error, around);
    around.error(`\n${usage}`);
    return usageStatus;
  }
  if (parsed.value.kind === 'help') {
    around.out(usage);
    return wellStatus;
  }
  return run(parsed.value.arguments, around);
};
