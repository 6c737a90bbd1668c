import { readSettings } from './core/settings.ts';
import { watchFolder } from './folder-watch.ts';
import { agentPaths } from './paths.ts';
import { nodeFileSystem } from './publish/file-system.ts';
import { isGenerationOut } from './publish/links.ts';

/** Between looks at the volume, in milliseconds, for machines that have run out of inotify instances. */
const pollInterval = 250;
/** The agent itself gives up first, and says why; milliseconds. */
const patience = 5_000;
const defaultStartTimeout = 20;

/** The plan's start timeout in seconds. The agent judges the plan; here anything that is no number is the default. */
const startTimeout = (plan: string | undefined): number => {
  try {
    const { startTimeoutSeconds } = JSON.parse(plan ?? '') as { startTimeoutSeconds?: unknown };
    return typeof startTimeoutSeconds === 'number' ? startTimeoutSeconds : defaultStartTimeout;
  } catch {
    return defaultStartTimeout;
  }
};

export interface Waited {
  readonly exitCode: 0 | 1;
  /** One line for the pod's status. */
  readonly line: string;
}

const found: Waited = { exitCode: 0, line: 'Keyferry: the secrets are there' };

/** Resolves to whether `isOut` became true in time. */
const untilOut = (folder: string, isOut: () => boolean, milliseconds: number): Promise<boolean> =>
  new Promise((resolve) => {
    const end = (result: boolean): void => {
      clearInterval(poll);
      clearTimeout(timeout);
      unwatch();
      resolve(result);
    };
    const look = (): void => {
      if (isOut()) end(true);
    };
    const poll = setInterval(look, pollInterval);
    const timeout = setTimeout(end, milliseconds, false);
    const unwatch = watchFolder(folder, look);
    // It may have come out before the watch was there.
    look();
  });

/**
 * The `postStart` hook: resolves as soon as any generation is in the volume, or when the agent must have given up. It runs in every
 * pod's start and in the agent's memory, so it loads next to nothing.
 */
export const waitForGeneration = async (
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Waited> => {
  const { root, plan } = readSettings(environment);
  const folder = agentPaths(root).secrets;
  const isOut = (): boolean => isGenerationOut({ folder, fileSystem: nodeFileSystem });
  if (isOut()) return found;
  const seconds = startTimeout(plan) + patience / 1_000;
  if (await untilOut(folder, isOut, seconds * 1_000)) return found;
  return {
    exitCode: 1,
    line: `Keyferry: no secrets after ${seconds} s; the agent's termination message says why`,
  };
};
