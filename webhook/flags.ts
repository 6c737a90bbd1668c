import { parseArgs } from 'node:util';
import { defaultAgentPort } from '../lib/names.ts';
import { parseDuration } from '../lib/duration.ts';
import { given } from '../lib/given.ts';
import type { LogLevel } from '../lib/log.ts';
import { parseQuantity } from '../lib/quantity.ts';
import { err, ok, type Result } from '../lib/result.ts';
import { didYouMean, quoted, sentenceList } from '../lib/text.ts';
import { defaultSettings, type Settings } from './core/settings.ts';

/** How the webhook was asked to run. */
export interface WebhookConfig {
  readonly port: number;
  readonly adminPort: number;
  readonly settings: Settings;
  /** Files and folders to read stores, namespaces and ServiceAccounts from, instead of an API server. */
  readonly manifests: readonly string[];
  /** Undefined: the cluster that the pod is in. */
  readonly kubeconfig?: string;
  /** A certificate from elsewhere; undefined: self-made. */
  readonly certificateFiles?: { readonly certificateFile: string; readonly keyFile: string };
  readonly certificateLifetimeMs: number;
  readonly shutdownDelayMs: number;
  /** Whether the status of stores and ExternalSecrets is kept; never without an API server. */
  readonly status: boolean;
  readonly logLevel: LogLevel;
}

const options = {
  port: { type: 'string' },
  'admin-port': { type: 'string' },
  'agent-image': { type: 'string' },
  'agent-image-pull-policy': { type: 'string' },
  'agent-port': { type: 'string' },
  'agent-requests-cpu': { type: 'string' },
  'agent-requests-memory': { type: 'string' },
  'agent-limits-cpu': { type: 'string' },
  'agent-limits-memory': { type: 'string' },
  'allow-http': { type: 'boolean' },
  'allowed-servers': { type: 'string', multiple: true },
  'external-secrets-operator-read': { type: 'boolean' },
  'file-root': { type: 'string' },
  manifests: { type: 'string', multiple: true },
  kubeconfig: { type: 'string' },
  'tls-certificate-file': { type: 'string' },
  'tls-key-file': { type: 'string' },
  'certificate-lifetime': { type: 'string' },
  'shutdown-delay': { type: 'string' },
  status: { type: 'string' },
  'log-level': { type: 'string' },
} as const;

type Name = keyof typeof options;

const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const pullPolicies: readonly Settings['agentImagePullPolicy'][] = ['Always', 'IfNotPresent', 'Never'];
const minute = 60_000;
const defaultCertificateLifetimeMs = 30 * 24 * 60 * minute;
/** The least that the schedule of a renewal fits into. */
const minimumCertificateLifetimeMs = 10 * minute;
/** How long an API server may go on calling a replica that is about to end. */
const defaultShutdownDelayMs = 15_000;

class FlagReader {
  readonly #values: Readonly<Partial<Record<Name, string | boolean | string[]>>>;
  readonly problems: string[] = [];

  constructor(values: Readonly<Partial<Record<Name, string | boolean | string[]>>>) {
    this.#values = values;
  }

  text(name: Name): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  list(name: Name): readonly string[] | undefined {
    const value = this.#values[name];
    return Array.isArray(value) ? value : undefined;
  }

  has(name: Name): boolean {
    return this.#values[name] === true;
  }

  port(name: Name, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (/^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
    this.problems.push(`--${name} is ${quoted(text)}; give a port from 0 to 65535`);
    return fallback;
  }

  duration(name: Name, fallback: number, minimum: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined && milliseconds >= minimum) return milliseconds;
    const least = minimum === 0 ? '' : ` of at least ${minimum / minute} minutes`;
    this.problems.push(`--${name} is ${quoted(text)}; give a Go duration${least}, like 30m`);
    return fallback;
  }

  quantity(name: Name): string | undefined {
    const text = this.text(name);
    if (text === undefined || (parseQuantity(text) ?? 0) > 0) return text;
    this.problems.push(`--${name} is ${quoted(text)}; give a Kubernetes quantity like 50m or 128Mi`);
    return undefined;
  }

  oneOf<T extends string>(name: Name, choices: readonly T[], fallback: T): T {
    const text = this.text(name);
    const choice = choices.find((candidate) => candidate === text);
    if (text !== undefined && choice === undefined) {
      this.problems.push(`--${name} is ${quoted(text)}; it takes ${sentenceList(choices, 'or')}`);
    }
    return choice ?? fallback;
  }
}

const readSettings = (flags: FlagReader): Settings => {
  const fileRoot = flags.text('file-root');
  if (fileRoot !== undefined && !fileRoot.startsWith('/'))
    flags.problems.push(`--file-root is ${quoted(fileRoot)}; give an absolute folder`);
  return {
    agentImage: flags.text('agent-image') ?? defaultSettings.agentImage,
    agentImagePullPolicy: flags.oneOf(
      'agent-image-pull-policy',
      pullPolicies,
      defaultSettings.agentImagePullPolicy,
    ),
    agentPort: flags.port('agent-port', defaultAgentPort),
    agentResources: {
      ...defaultSettings.agentResources,
      ...given({
        requestsCpu: flags.quantity('agent-requests-cpu'),
        requestsMemory: flags.quantity('agent-requests-memory'),
        limitsCpu: flags.quantity('agent-limits-cpu'),
        limitsMemory: flags.quantity('agent-limits-memory'),
      }),
    },
    allowHttp: flags.has('allow-http'),
    externalSecretsOperatorRead: flags.has('external-secrets-operator-read'),
    ...given({ allowedServers: flags.list('allowed-servers'), fileRoot }),
  };
};

const readCertificateFiles = (flags: FlagReader): Pick<WebhookConfig, 'certificateFiles'> => {
  const certificateFile = flags.text('tls-certificate-file');
  const keyFile = flags.text('tls-key-file');
  if (certificateFile !== undefined && keyFile !== undefined)
    return { certificateFiles: { certificateFile, keyFile } };
  if (certificateFile !== keyFile)
    flags.problems.push('--tls-certificate-file and --tls-key-file go together');
  return {};
};

const readStatus = (flags: FlagReader, manifests: readonly string[]): boolean => {
  const byDefault = manifests.length > 0 ? 'off' : 'on';
  const status = flags.oneOf('status', ['on', 'off'], byDefault) === 'on';
  if (status && manifests.length > 0)
    flags.problems.push('--status=on needs an API server, which --manifests does without');
  return status;
};

const readConfig = (flags: FlagReader): WebhookConfig => {
  const manifests = flags.list('manifests') ?? [];
  const kubeconfig = flags.text('kubeconfig');
  const certificate = readCertificateFiles(flags);
  if (manifests.length > 0 && kubeconfig !== undefined)
    flags.problems.push('--manifests and --kubeconfig exclude each other');
  return {
    port: flags.port('port', 8443),
    adminPort: flags.port('admin-port', 8080),
    settings: readSettings(flags),
    manifests,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...certificate,
    certificateLifetimeMs: flags.duration(
      'certificate-lifetime',
      defaultCertificateLifetimeMs,
      minimumCertificateLifetimeMs,
    ),
    shutdownDelayMs: flags.duration('shutdown-delay', defaultShutdownDelayMs, 0),
    status: readStatus(flags, manifests),
    logLevel: flags.oneOf('log-level', logLevels, 'info'),
  };
};

interface OptionToken {
  readonly name: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

const shown = (name: string): string => `--${name}`;

const optionProblems = ({ name, value, inlineValue }: OptionToken): readonly string[] => {
  if (!Object.hasOwn(options, name))
    return [`--${name} is not a flag${didYouMean(name, Object.keys(options), shown)}`];
  const { type } = options[name as Name];
  if (type === 'boolean') return value === undefined ? [] : [`--${name} takes no value`];
  if (value === undefined) return [`--${name} needs a value`];
  // The parser takes whatever comes next, a flag too, which would then silently be off.
  return inlineValue === false && value.startsWith('--')
    ? [`--${name} needs a value; ${quoted(value)} is the next flag (or write --${name}=${value})`]
    : [];
};

/** Reads the command line. Every problem is found at once, each a sentence that names its flag. */
export const parseFlags = (argv: readonly string[]): Result<WebhookConfig, readonly string[]> => {
  const { values, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new FlagReader(values as Partial<Record<Name, string | boolean | string[]>>);
  for (const token of tokens) {
    if (token.kind === 'positional') flags.problems.push(`${quoted(token.value)} is no flag`);
    if (token.kind !== 'option') continue;
    flags.problems.push(...optionProblems(token));
  }
  const config = readConfig(flags);
  return flags.problems.length === 0 ? ok(config) : err(flags.problems);
};
