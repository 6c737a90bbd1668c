import type { Clock } from '../lib/clock.ts';
import type {
  Arguments,
  ManifestArguments,
  RefreshArguments,
  RenderArguments,
} from './arguments/arguments.ts';
import { parseArguments } from './arguments/parse.ts';
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

/** The agent, with its SDKs and templates, is loaded for this command alone. */
const runRender = async (arguments_: RenderArguments, around: Surroundings): Promise<number> => {
  const { render } = await import('./render/render.ts');
  const { renderText } = await import('./render/report.ts');
  const rendered = await render(arguments_, around);
  if (!rendered.ok) {
    sayProblems(rendered.error, around);
    return usageStatus;
  }
  const isJson = arguments_.output === 'json';
  around.out(
    isJson
      ? `${JSON.stringify({ items: rendered.value }, undefined, 2)}\n`
      : renderText(rendered.value, arguments_.out),
  );
  return rendered.value.every(({ problems }) => problems.length === 0) ? wellStatus : problemStatus;
};

const run = (arguments_: Arguments, around: Surroundings): Promise<number> => {
  if (arguments_.command === 'refresh') return runRefresh(arguments_, around);
  return arguments_.command === 'render' ? runRender(arguments_, around) : runOnManifests(arguments_, around);
};

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
