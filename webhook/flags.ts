import { defaultBrokerServer } from '../lib/broker/names.ts';
import { readBrokerServer } from '../lib/broker/server-url.ts';
import { readFlags, type FlagReader } from '../lib/flags/reader.ts';
import { readCertificatePair, readServerFlags, serverFlags, type ServerConfig } from '../lib/flags/server.ts';
import { given } from '../lib/given.ts';
import { defaultAgentPort } from '../lib/names.ts';
import type { Result } from '../lib/result.ts';
import { quoted } from '../lib/text.ts';
import { defaultSettings, type Settings } from './core/settings.ts';

/** How the webhook was asked to run. */
export interface WebhookConfig extends ServerConfig {
  readonly settings: Settings;
  /** Files and folders to read stores, namespaces and ServiceAccounts from, instead of an API server. */
  readonly manifests: readonly string[];
  /** A certificate from elsewhere; undefined: self-made. */
  readonly certificateFiles?: { readonly certificateFile: string; readonly keyFile: string };
  /** Whether the status of stores and ExternalSecrets is kept; never without an API server. */
  readonly status: boolean;
  /** Where pods find the broker, and the file that says what it may use; undefined: there is no broker. */
  readonly broker?: { readonly server: string; readonly configFile: string };
}

const options = {
  ...serverFlags,
  'agent-image': { type: 'string' },
  'agent-image-pull-policy': { type: 'string' },
  'agent-port': { type: 'string' },
  'agent-requests-cpu': { type: 'string' },
  'agent-requests-memory': { type: 'string' },
  'agent-limits-cpu': { type: 'string' },
  'agent-limits-memory': { type: 'string' },
  'allow-http': { type: 'boolean' },
  'allowed-servers': { type: 'string', multiple: true },
  'broker-config': { type: 'string' },
  'broker-server': { type: 'string' },
  'external-secrets-operator-read': { type: 'boolean' },
  'file-root': { type: 'string' },
  manifests: { type: 'string', multiple: true },
  status: { type: 'string' },
} as const;

type Flags = FlagReader<keyof typeof options>;

const defaultPort = 8443;

const pullPolicies: readonly Settings['agentImagePullPolicy'][] = ['Always', 'IfNotPresent', 'Never'];

const readSettings = (flags: Flags): Settings => {
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

const readBroker = (flags: Flags): WebhookConfig['broker'] => {
  const [configFile, text] = [flags.text('broker-config'), flags.text('broker-server')];
  const server = readBrokerServer(text ?? defaultBrokerServer);
  if (!server.ok) flags.problems.push(`--broker-server ${server.error}`);
  if (configFile === undefined && text !== undefined)
    flags.problems.push('--broker-server goes with --broker-config');
  return configFile === undefined || !server.ok ? undefined : { server: server.value, configFile };
};

const readStatus = (flags: Flags, manifests: readonly string[]): boolean => {
  const byDefault = manifests.length > 0 ? 'off' : 'on';
  const status = flags.oneOf('status', ['on', 'off'], byDefault) === 'on';
  if (status && manifests.length > 0)
    flags.problems.push('--status=on needs an API server, which --manifests does without');
  return status;
};

const readConfig = (flags: Flags): WebhookConfig => {
  const manifests = flags.list('manifests') ?? [];
  const server = readServerFlags(flags, defaultPort);
  const certificateFiles = readCertificatePair(flags);
  const broker = readBroker(flags);
  if (manifests.length > 0 && server.kubeconfig !== undefined)
    flags.problems.push('--manifests and --kubeconfig exclude each other');
  return {
    ...server,
    settings: readSettings(flags),
    manifests,
    ...given({ certificateFiles, broker }),
    status: readStatus(flags, manifests),
  };
};

/** Reads the command line. Every problem is found at once, each a sentence that names its flag. */
export const parseFlags = (argv: readonly string[]): Result<WebhookConfig, readonly string[]> =>
  readFlags(argv, options, readConfig);
