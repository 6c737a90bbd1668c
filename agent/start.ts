import { randomBytes } from 'node:crypto';
import { systemClock } from '../lib/clock.ts';
import { planVariable } from '../lib/names.ts';
import { parsePlan, type Plan } from '../lib/plan.ts';
import { planHash } from '../lib/plan-hash.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { Agent } from './agent.ts';
import { layoutProblems } from './core/layout.ts';
import { neededTools } from './core/needed-tools.ts';
import { modeNames, modeRules, type ModeRules } from './core/modes.ts';
import { refusedProcessOptions, type ProcessOptions } from './core/process-options.ts';
import { readSettings, type Settings } from './core/settings.ts';
import { terminationMessage } from './core/termination-message.ts';
import { noTemplates, type Templates } from './core/tools.ts';
import { refuseCoreDumps } from '../lib/hardening.ts';
import { openLog } from './log.ts';
import { agentPaths } from './paths.ts';
import { openStores } from './providers.ts';
import { nodeFileSystem } from './publish/file-system.ts';
import { runMode } from './run-mode.ts';
import { writeTerminationMessage } from './termination.ts';

export interface StartOptions extends ProcessOptions {
  /** The command line's argument. */
  readonly mode: string | undefined;
  /** Aborts when the process is asked to end. */
  readonly stop: AbortSignal;
}

/** Why the agent does not even begin. */
interface Refusal {
  readonly headline: string;
  readonly lines: readonly string[];
}

/** What renders the plan's templates; the language is loaded where there are any. */
const prepareTemplates = async (plan: Plan): Promise<Result<Templates, readonly string[]>> => {
  if (!neededTools(plan).any) return ok(noTemplates);
  const { openTemplates } = await import('./templates.ts');
  return openTemplates(plan, { now: () => systemClock.now(), randomBytes });
};

interface Assignment {
  readonly plan: Plan;
  readonly planHash: string;
  readonly rules: ModeRules;
  readonly templates: Templates;
}

const readPlan = (encoded: string | undefined): Result<Plan, readonly string[]> => {
  if (encoded === undefined) return err([`plan: ${planVariable} is not set`]);
  const plan = parsePlan(encoded);
  if (!plan.ok) return plan;
  const problems = layoutProblems(plan.value);
  return problems.length === 0 ? plan : err(problems);
};

/** What the agent is to do, or everything that is wrong with what it was given. */
const readAssignment = async (
  options: StartOptions,
  settings: Settings,
): Promise<Result<Assignment, Refusal>> => {
  const refused = refusedProcessOptions(options);
  if (refused.length > 0)
    return err({
      headline: 'Keyferry does not start with options that could expose secrets',
      lines: refused,
    });
  const rules = modeRules(options.mode);
  if (rules === undefined)
    return err({
      headline: `Keyferry's agent takes one of ${modeNames.join(', ')} as its argument`,
      lines: [],
    });
  const plan = readPlan(settings.plan);
  const templates = plan.ok ? await prepareTemplates(plan.value) : plan;
  if (!plan.ok || !templates.ok) {
    const lines = plan.ok ? (templates.ok ? [] : templates.error) : plan.error;
    return err({ headline: `Keyferry cannot use the plan in ${planVariable}`, lines });
  }
  const hash = planHash(settings.plan ?? '');
  return ok({ plan: plan.value, planHash: hash, rules, templates: templates.value });
};

/** Runs the agent in one of its modes, from its environment to its exit code. */
export const start = async (options: StartOptions): Promise<number> => {
  refuseCoreDumps();
  const settings = readSettings(options.environment);
  const paths = agentPaths(settings.root);
  const log = openLog(settings.logLevel);
  for (const warning of settings.warnings) log.warn({}, warning);

  const fail = (headline: string, lines: readonly string[]): void => {
    const message = terminationMessage(headline, lines);
    const code = writeTerminationMessage(nodeFileSystem, paths.terminationMessage, message);
    log.error({ problems: lines, ...(code === undefined ? {} : { terminationMessage: code }) }, headline);
  };

  const assignment = await readAssignment(options, settings);
  if (!assignment.ok) {
    fail(assignment.error.headline, assignment.error.lines);
    return 1;
  }
  const { plan, rules, templates } = assignment.value;
  const { stop } = options;
  log.info({ mode: options.mode, plan: assignment.value.planHash, files: plan.files.length }, 'started');
  const agent = new Agent({
    plan,
    planHash: assignment.value.planHash,
    podUid: settings.podUid,
    paths,
    fileSystem: nodeFileSystem,
    clock: systemClock,
    log,
    openStore: openStores({ plan, paths, random: Math.random }),
    templates,
    ...(settings.podIdentity === undefined ? {} : { podIdentity: settings.podIdentity }),
    random: Math.random,
    randomName: () => randomBytes(8).toString('hex'),
    stop,
    readAnew: rules.endsWhenReady,
    follows: rules.stays,
    revokes: rules.stays,
  });
  const serve = async (): Promise<void> => {
    if (plan.port === 0) return;
    const { startHttpServer } = await import('./http/server.ts');
    await startHttpServer({
      port: plan.port,
      log,
      view: {
        isReady: () => agent.rotation.hasGeneration,
        status: () => agent.status(),
        instruments: () => agent.metrics.load(),
      },
    });
  };
  const ending = await runMode({ agent, plan, rules, clock: systemClock, log, stop, serve });
  if (ending.headline !== undefined) fail(ending.headline, ending.lines ?? []);
  log.info({ exitCode: ending.exitCode }, 'stopped');
  return ending.exitCode;
};
