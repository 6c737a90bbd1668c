import { parseArgs } from 'node:util';
import { readPort } from '../shared/port.ts';

/** What the program is told on its command line. */
export interface Arguments {
  /** A configuration file in YAML or JSON. */
  readonly config: string | undefined;
  readonly host: string;
  readonly port: number;
  /** A plain HTTP port beside it, undefined for none. */
  readonly httpPort: number | undefined;
  readonly dnsNames: readonly string[];
  /** Where the CA certificate is written, `-` for standard output. */
  readonly caFile: string | undefined;
}

export const usage = `usage: bitwarden stand-in [options]
  --config FILE      YAML or JSON (default: BITWARDEN_STANDIN_CONFIG, else an empty organisation)
  --host ADDRESS     where to listen (default: 127.0.0.1)
  --port PORT        HTTPS, identity server and API (default: 8443; 0 for a free one)
  --http-port PORT   both without TLS (default: none)
  --dns-name NAME    name or IP address in the certificate, may be repeated (default: the configuration's,
                     else localhost and 127.0.0.1)
  --ca-file FILE     write the CA certificate there, - for standard output`;

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
      'http-port': { type: 'string' },
      'dns-name': { type: 'string', multiple: true },
      'ca-file': { type: 'string' },
    },
  });
  return {
    config: values.config ?? environment['BITWARDEN_STANDIN_CONFIG'],
    host: values.host ?? '127.0.0.1',
    port: readPort(values.port, '--port') ?? 8443,
    httpPort: readPort(values['http-port'], '--http-port'),
    dnsNames: values['dns-name'] ?? [],
    caFile: values['ca-file'],
  };
}
