import { planVariable, podNamespaceVariable, podNameVariable, podUidVariable } from '../../lib/names.ts';
import type { LogLevel } from '../../lib/log.ts';

/** What the agent's environment says, all of it. Other variables are not looked at. */
export interface Settings {
  /** The plan's JSON, undefined where there is none. */
  readonly plan: string | undefined;
  readonly podName: string;
  readonly podNamespace: string;
  readonly podUid: string;
  /** Put before every absolute path that the agent opens, so that it runs as a plain process too. Default: `/`. */
  readonly root: string;
  /** Default: `info`. */
  readonly logLevel: LogLevel;
  /** What is wrong with the values, in sentences; the defaults are used for those. */
  readonly warnings: readonly string[];
}

const rootVariable = 'KEYFERRY_ROOT';
const logLevelVariable = 'KEYFERRY_LOG_LEVEL';

const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the environment; an empty variable counts as absent. */
export const readSettings = (environment: Environment): Settings => {
  const read = (name: string): string | undefined => environment[name] || undefined;
  const root = read(rootVariable) ?? '/';
  const level = read(logLevelVariable) ?? 'info';
  const logLevel = logLevels.find((known) => known === level);
  const warnings = [
    ...(root.startsWith('/') ? [] : [`${rootVariable} is not an absolute path: / is used`]),
    ...(logLevel === undefined
      ? [`${logLevelVariable} is none of ${logLevels.join(', ')}: info is used`]
      : []),
  ];
  return {
    plan: read(planVariable),
    podName: read(podNameVariable) ?? '',
    podNamespace: read(podNamespaceVariable) ?? '',
    podUid: read(podUidVariable) ?? '',
    root: root.startsWith('/') ? root : '/',
    logLevel: logLevel ?? 'info',
    warnings,
  };
};
