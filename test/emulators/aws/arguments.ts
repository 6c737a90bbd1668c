import { parseArgs } from 'node:util';
import { readPort } from '../shared/port.ts';
import type { Ports } from './server.ts';

/** What the program is told on its command line. */
export interface Arguments {
  /** A configuration file in YAML or JSON. */
  readonly config: string | undefined;
  readonly host: string;
  readonly ports: Ports;
  readonly dnsNames: readonly string[];
  /** Where the CA certificate is written, `-` for standard output. */
  readonly caFile: string | undefined;
}

export const usage = `usage: aws stand-in [options]
  --config FILE                YAML or JSON (default: AWS_STANDIN_CONFIG, else an empty account)
  --host ADDRESS               where to listen (default: 127.0.0.1)
  --port PORT                  HTTPS, STS and Secrets Manager (default: 8443; 0 for a free one)
  --sts-port PORT              HTTPS, STS alone (default: none)
  --secretsmanager-port PORT   HTTPS, Secrets Manager alone (default: none)
  --http-port PORT             both without TLS (default: none)
  --pod-identity-port PORT     HTTP, the EKS Pod Identity agent (default: none)
  --dns-name NAME              name or IP address in the certificate, may be repeated (default: the configuration's,
                               else localhost and 127.0.0.1)
  --ca-file FILE               write the CA certificate there, - for standard output`;

/** Reads the command line and the environment. Throws on an unknown option or a port that is none. */
export function readArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      config: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'sts-port': { type: 'string' },
      'secretsmanager-port': { type: 'string' },
      'http-port': { type: 'string' },
      'pod-identity-port': { type: 'string' },
      'dns-name': { type: 'string', multiple: true },
      'ca-file': { type: 'string' },
    },
  });
  return {
    config: values.config ?? environment['AWS_STANDIN_CONFIG'],
    host: values.host ?? '127.0.0.1',
    ports: {
      both: readPort(values.port, '--port') ?? 8443,
      sts: readPort(values['sts-port'], '--sts-port'),
      secretsmanager: readPort(values['secretsmanager-port'], '--secretsmanager-port'),
      http: readPort(values['http-port'], '--http-port'),
      'pod-identity': readPort(values['pod-identity-port'], '--pod-identity-port'),
    },
    dnsNames: values['dns-name'] ?? [],
    caFile: values['ca-file'],
  };
}
