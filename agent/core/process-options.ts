/**
 * Options of Node that would let a secret out of the process (debugger, dumps, key logs, profiles) or run code of somebody
 * else's in it. Each stands for every option that begins so.
 */
const refusedPrefixes = [
  '--inspect',
  '--debug',
  '--heapsnapshot',
  '--heap-prof',
  '--cpu-prof',
  '--prof',
  '--report',
  '--diagnostic-dir',
  '--abort-on-uncaught-exception',
  '--require',
  '-r',
  '--import',
  '--loader',
  '--experimental-loader',
  '--tls-keylog',
  '--trace-tls',
];

/** Variables with which Node prints what it sends and receives. */
const refusedVariables = ['NODE_DEBUG', 'NODE_DEBUG_NATIVE'];

export interface ProcessOptions {
  /** `process.execArgv`. */
  readonly execArguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Node takes `_` for `-` within an option's name. */
const optionName = (argument: string): string => (argument.split('=', 1)[0] ?? '').replaceAll('_', '-');

const isRefused = (argument: string): boolean => {
  const name = optionName(argument);
  return refusedPrefixes.some((prefix) => (prefix === '-r' ? name === prefix : name.startsWith(prefix)));
};

/** The names of options and variables that the agent refuses to start with; sorted. */
export const refusedProcessOptions = ({ execArguments, environment }: ProcessOptions): readonly string[] => {
  const fromVariable = (environment['NODE_OPTIONS'] ?? '').split(/[\s"']+/);
  const options = [...execArguments, ...fromVariable].filter(isRefused).map(optionName);
  const variables = refusedVariables.filter((name) => (environment[name] ?? '') !== '');
  return [...new Set([...options, ...variables])].sort();
};
