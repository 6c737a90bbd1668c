import { given } from '../given.ts';
import type { LogLevel } from '../log.ts';
import type { FlagReader } from './reader.ts';

/** How each of our servers is asked to run. */
export interface ServerConfig {
  readonly port: number;
  readonly adminPort: number;
  /** Undefined: the cluster that the pod is in. */
  readonly kubeconfig?: string;
  readonly certificateLifetimeMs: number;
  readonly shutdownDelayMs: number;
  readonly logLevel: LogLevel;
}

/** The flags that they share. */
export const serverFlags = {
  port: { type: 'string' },
  'admin-port': { type: 'string' },
  kubeconfig: { type: 'string' },
  'tls-certificate-file': { type: 'string' },
  'tls-key-file': { type: 'string' },
  'certificate-lifetime': { type: 'string' },
  'shutdown-delay': { type: 'string' },
  'log-level': { type: 'string' },
} as const;

const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
const minute = 60_000;
const defaultCertificateLifetimeMs = 30 * 24 * 60 * minute;
/** The least that the schedule of a renewal fits into. */
const minimumCertificateLifetimeMs = 10 * minute;
/** How long callers may go on calling a replica that is about to end. */
const defaultShutdownDelayMs = 15_000;

type Flags = FlagReader<keyof typeof serverFlags>;

export const readServerFlags = (flags: Flags, defaultPort: number): ServerConfig => ({
  port: flags.port('port', defaultPort),
  adminPort: flags.port('admin-port', 8080),
  ...given({ kubeconfig: flags.text('kubeconfig') }),
  certificateLifetimeMs: flags.duration(
    'certificate-lifetime',
    defaultCertificateLifetimeMs,
    minimumCertificateLifetimeMs,
  ),
  shutdownDelayMs: flags.duration('shutdown-delay', defaultShutdownDelayMs, 0),
  logLevel: flags.oneOf('log-level', logLevels, 'info'),
});

/** A certificate from elsewhere; undefined: self-made. */
export const readCertificatePair = (
  flags: Flags,
): { readonly certificateFile: string; readonly keyFile: string } | undefined => {
  const certificateFile = flags.text('tls-certificate-file');
  const keyFile = flags.text('tls-key-file');
  if (certificateFile !== undefined && keyFile !== undefined) return { certificateFile, keyFile };
  if (certificateFile !== keyFile)
    flags.problems.push('--tls-certificate-file and --tls-key-file go together');
  return undefined;
};
