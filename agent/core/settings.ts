import { planVariable, podNamespaceVariable, podNameVariable, podUidVariable } from '../../lib/names.ts';
import type { LogLevel } from '../../lib/log.ts';

/** How EKS Pod Identity's agent is asked; EKS sets both variables in containers of pods that have an association. */
export interface PodIdentitySettings {
  /** Where credentials are asked for. */
  readonly uri: string;
  /** The token to ask with: an absolute path. */
  readonly tokenFile: string;
}

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
  /** Where both variables are set. */
  readonly podIdentity?: PodIdentitySettings;
  /** What is wrong with the values, in sentences; the defaults are used for those. */
  readonly warnings: readonly string[];
}

const rootVariable = 'KEYFERRY_ROOT';
const logLevelVariable = 'KEYFERRY_LOG_LEVEL';

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html */
const podIdentityVariable = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
const podIdentityTokenVariable = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';

const logLevels: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

type Environment = Readonly<Record<string, string | undefined>>;

const readPodIdentity = (
  uri: string | undefined,
  tokenFile: string | undefined,
): { podIdentity?: PodIdentitySettings } =>
  uri === undefined || tokenFile === undefined ? {} : { podIdentity: { uri, tokenFile } };

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
    ...readPodIdentity(read(podIdentityVariable), read(podIdentityTokenVariable)),
    warnings,
  };
};
