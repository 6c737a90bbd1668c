import { mkdirSync } from 'node:fs';
import { Agent } from '../../../agent/agent.ts';
import { modeRules, type Mode } from '../../../agent/core/modes.ts';
import type { Templates } from '../../../agent/core/tools.ts';
import { agentPaths } from '../../../agent/paths.ts';
import { openStores, type OpenPlanStore } from '../../../agent/providers.ts';
import { nodeFileSystem, type FileSystem } from '../../../agent/publish/file-system.ts';
import { runMode, type Ending } from '../../../agent/run-mode.ts';
import type { Plan } from '../../../lib/plan.ts';
import { logLines, type LogLine } from '../log-lines.ts';
import { ManualClock } from '../manual-clock.ts';
import { makeFolder } from './folders.ts';
import { randomName } from './volume.ts';

export interface InProcessOptions {
  readonly plan: Plan;
  readonly stores: { readonly open: OpenPlanStore };
  readonly mode?: Mode;
  /** Where an earlier agent ran; a new pod unless told. */
  readonly root?: string;
  readonly clock?: ManualClock;
  readonly fileSystem?: FileSystem;
  /** Where the plan has any. */
  readonly templates?: Templates;
}

export interface RunningAgent {
  readonly agent: Agent;
  readonly root: string;
  /** The secrets volume. */
  readonly folder: string;
  readonly clock: ManualClock;
  readonly lines: readonly LogLine[];
  readonly ending: Promise<Ending>;
  /** Set as soon as the agent has ended. */
  ended(): Ending | undefined;
  /** Asks it to end, as SIGTERM does, and waits for that. */
  stop(): Promise<Ending>;
}

/** A plan's stores as the agent itself opens them. */
export const realStores = (plan: Plan, root = '/'): { open: OpenPlanStore } => ({
  open: openStores({ plan, paths: agentPaths(root), random: () => 0.5 }),
});

/** A pod's volumes below a new root. */
export const makePod = (): string => {
  const root = makeFolder();
  for (const name of ['secrets', 'state', 'identity/tokens'])
    mkdirSync(`${root}/keyferry/${name}`, { recursive: true });
  mkdirSync(`${root}/dev`);
  return root;
};

/** Runs an agent in this process, by a clock that stands still, on stores that the test scripts. */
export const runInProcess = async (options: InProcessOptions): Promise<RunningAgent> => {
  const { plan, stores, root = makePod(), clock = new ManualClock(), fileSystem = nodeFileSystem } = options;
  const { log, lines } = logLines();
  const stop = new AbortController();
  const rules = modeRules(options.mode ?? 'run')!;
  const agent = new Agent({
    plan,
    planHash: 'hash',
    podUid: 'uid',
    paths: agentPaths(root),
    fileSystem,
    clock,
    log,
    openStore: stores.open,
    ...(options.templates === undefined ? {} : { templates: options.templates }),
    random: () => 0.5,
    randomName,
    stop: stop.signal,
    readAnew: rules.endsWhenReady,
    follows: rules.stays,
    revokes: rules.stays,
  });
  let ended: Ending | undefined;
  const serve = (): Promise<void> => Promise.resolve();
  const ending = runMode({ agent, plan, rules, clock, log, stop: stop.signal, serve }).then((value) => {
    ended = value;
    return value;
  });
  // Lets the first reads come to their end.
  await clock.advance(0);
  return {
    agent,
    root,
    folder: `${root}/keyferry/secrets`,
    clock,
    lines,
    ending,
    ended: () => ended,
    stop: async () => {
      stop.abort();
      return ending;
    },
  };
};
