import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Plan } from '../lib/plan.ts';
import type { Agent } from './agent.ts';
import type { FileFailure } from './core/acceptance.ts';
import type { ModeRules } from './core/modes.ts';
import { failureLines, openProblems } from './core/termination-message.ts';

/** How the agent ends: an exit code, and for a failed start what the termination message says. */
export interface Ending {
  readonly exitCode: 0 | 1;
  readonly headline?: string;
  readonly lines?: readonly string[];
}

export interface RunModeOptions {
  readonly agent: Agent;
  readonly plan: Plan;
  readonly rules: ModeRules;
  readonly clock: Clock;
  readonly log: Logger;
  readonly stop: AbortSignal;
  /** Serves the HTTP endpoints; called once reading is under way. */
  readonly serve: () => Promise<void>;
}

type StartOutcome =
  | { readonly kind: 'ready' | 'late' | 'stopped' }
  | { readonly kind: 'failed'; readonly failures: readonly FileFailure[] };

const whenAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener(
      'abort',
      () => {
        resolve(undefined);
      },
      { once: true },
    );
  });

/** Never settles by itself: what runs until the agent stops may only end a race by failing. */
const onlyFailing = async (running: Promise<unknown>): Promise<never> => {
  await running;
  return new Promise<never>(() => undefined);
};

const firstGeneration = async (options: RunModeOptions, running: Promise<unknown>): Promise<StartOutcome> => {
  const { agent, plan, rules, clock, stop } = options;
  const over = new AbortController();
  const { hasGeneration } = agent.rotation;
  const ready = rules.endsWhenReady && hasGeneration ? agent.allRead : agent.rotation.ready;
  const late = async (): Promise<StartOutcome> => {
    await clock.sleep(plan.startTimeoutSeconds * 1_000, over.signal);
    return { kind: 'late' };
  };
  try {
    return await Promise.race<StartOutcome>([
      ready.then(() => ({ kind: 'ready' })),
      agent.rotation.startFailure.then((failures) => ({ kind: 'failed', failures })),
      whenAborted(stop).then(() => ({ kind: 'stopped' })),
      onlyFailing(running),
      ...(rules.hasStartTimeout ? [late()] : []),
    ]);
  } finally {
    over.abort();
  }
};

const lateEnding = ({ agent, plan }: RunModeOptions): Ending => {
  const { problem, hasGeneration } = agent.rotation;
  // A generation from before this process: what the app has is whole, and it is better off with it than without.
  if (hasGeneration) return { exitCode: 0 };
  const lines = openProblems(plan, agent.memories.reports);
  return {
    exitCode: 1,
    headline: `Keyferry has no secrets after ${plan.startTimeoutSeconds} s`,
    lines: problem === undefined ? lines : [`${problem.code}: ${problem.message}`, ...lines],
  };
};

/** Says how a mode ends that is not to go on, undefined where it goes on. */
const endingOf = (outcome: StartOutcome, options: RunModeOptions): Ending | undefined => {
  const { agent, plan, rules } = options;
  switch (outcome.kind) {
    case 'ready':
      return rules.endsWhenReady ? { exitCode: 0 } : undefined;
    case 'late':
      return lateEnding(options);
    case 'failed':
      return {
        exitCode: 1,
        headline: 'Keyferry cannot fetch what this pod needs',
        lines: failureLines(plan, outcome.failures),
      };
    case 'stopped':
      return { exitCode: agent.rotation.hasGeneration ? 0 : 1 };
  }
};

/**
 * Runs an agent by its mode's rules. A signal before the first generation ends with 1, since 0 would show the pod as still
 * initialising; after it always with 0, or a Job's failure policy might take our end for the app's.
 */
export const runMode = async (options: RunModeOptions): Promise<Ending> => {
  const { agent, rules, log, stop } = options;
  await agent.begin();
  const running = agent.run();
  const serving = rules.stays ? options.serve() : Promise.resolve();
  const outcome = await firstGeneration(options, running);
  const ending = endingOf(outcome, options);
  if (ending !== undefined) {
    if (stop.aborted) await running;
    return ending;
  }
  log.info({}, 'ready');
  void agent.metrics.load();
  await Promise.race([
    whenAborted(stop),
    onlyFailing(running),
    onlyFailing(serving),
    onlyFailing(agent.followForceSync()),
  ]);
  await running;
  return { exitCode: 0 };
};
