import { parseArgs } from 'node:util';
import { commonArguments, commonOptions, type CommonArguments } from '../shared/arguments.ts';
import { readPort } from '../shared/port.ts';
import type { Ports } from './server.ts';

/** What the program is told on its command line. */
export interface Arguments extends CommonArguments {
  readonly ports: Ports;
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
      ...commonOptions,
      'sts-port': { type: 'string' },
      'secretsmanager-port': { type: 'string' },
      'pod-identity-port': { type: 'string' },
    },
  });
  const common = commonArguments({ config: environment['AWS_STANDIN_CONFIG'], ...values }, 8443);
  return {
    ...common,
    ports: {
      both: common.port,
      sts: readPort(values['sts-port'], '--sts-port'),
      secretsmanager: readPort(values['secretsmanager-port'], '--secretsmanager-port'),
      http: common.httpPort,
      'pod-identity': readPort(values['pod-identity-port'], '--pod-identity-port'),
    },
  };
}
