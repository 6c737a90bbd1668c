import { brokerPort } from '../lib/broker/names.ts';
import { readFlags, type FlagReader } from '../lib/flags/reader.ts';
import { readCertificatePair, readServerFlags, serverFlags, type ServerConfig } from '../lib/flags/server.ts';
import { given } from '../lib/given.ts';
import type { Result } from '../lib/result.ts';
import type { ServerRules } from '../lib/stores/named-servers.ts';
import { quoted } from '../lib/text.ts';

/** How the broker was asked to run. */
export interface BrokerConfig extends ServerConfig {
  /** What the install lets the broker use. */
  readonly brokerConfig: string;
  /** Where credentials are mounted. */
  readonly credentialsFolder: string;
  readonly servers: ServerRules;
  readonly externalSecretsOperatorRead: boolean;
  /** A certificate from elsewhere, with the authorities that vouch for it; undefined: self-made. */
  readonly certificateFiles?: {
    readonly certificateFile: string;
    readonly keyFile: string;
    readonly authorityFile: string;
  };
  /** Whether a caller's address has to be one of its pod's. */
  readonly checkPeerAddress: boolean;
  /** `stdout`, or a file. */
  readonly auditLog: string;
  /** Names that agents call the broker by, beside those of its Service: for its own certificate. */
  readonly serverNames: readonly string[];
}

const options = {
  ...serverFlags,
  'allow-http': { type: 'boolean' },
  'allowed-servers': { type: 'string', multiple: true },
  'audit-log': { type: 'string' },
  'broker-config': { type: 'string' },
  'check-peer-address': { type: 'string' },
  'credentials-dir': { type: 'string' },
  'external-secrets-operator-read': { type: 'boolean' },
  'server-name': { type: 'string', multiple: true },
  'tls-ca-file': { type: 'string' },
} as const;

type Flags = FlagReader<keyof typeof options>;

const defaultCredentialsFolder = '/keyferry/credentials';

const absolute = (flags: Flags, name: keyof typeof options, fallback: string): string => {
  const path = flags.text(name) ?? fallback;
  if (!path.startsWith('/')) flags.problems.push(`--${name} is ${quoted(path)}; give an absolute path`);
  return path;
};

const readCertificateFiles = (flags: Flags): BrokerConfig['certificateFiles'] => {
  const pair = readCertificatePair(flags);
  const authorityFile = flags.text('tls-ca-file');
  if (pair === undefined && authorityFile !== undefined)
    flags.problems.push('--tls-ca-file goes with --tls-certificate-file and --tls-key-file');
  if (pair === undefined) return undefined;
  if (authorityFile !== undefined) return { ...pair, authorityFile };
  flags.problems.push('--tls-certificate-file needs --tls-ca-file: agents are told whom to trust');
  return undefined;
};

const readConfig = (flags: Flags): BrokerConfig => {
  const brokerConfig = flags.text('broker-config');
  if (brokerConfig === undefined)
    flags.problems.push('--broker-config is missing; give the file that says what the broker may use');
  const auditLog = flags.text('audit-log') ?? 'stdout';
  if (auditLog !== 'stdout') absolute(flags, 'audit-log', auditLog);
  return {
    ...readServerFlags(flags, brokerPort),
    brokerConfig: brokerConfig ?? '',
    credentialsFolder: absolute(flags, 'credentials-dir', defaultCredentialsFolder),
    servers: {
      allowHttp: flags.has('allow-http'),
      ...given({ allowedServers: flags.list('allowed-servers') }),
    },
    externalSecretsOperatorRead: flags.has('external-secrets-operator-read'),
    ...given({ certificateFiles: readCertificateFiles(flags) }),
    checkPeerAddress: flags.oneOf('check-peer-address', ['on', 'off'], 'on') === 'on',
    auditLog,
    serverNames: flags.list('server-name') ?? [],
  };
};

/** Reads the command line. Every problem is found at once, each a sentence that names its flag. */
export const parseFlags = (argv: readonly string[]): Result<BrokerConfig, readonly string[]> =>
  readFlags(argv, options, readConfig);
