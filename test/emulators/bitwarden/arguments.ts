import { parseArgs } from 'node:util';
import { commonArguments, commonOptions, type CommonArguments } from '../shared/arguments.ts';

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
): CommonArguments {
  const { values } = parseArgs({ args: [...argv], options: commonOptions });
  return commonArguments({ config: environment['BITWARDEN_STANDIN_CONFIG'], ...values }, 8443);
}
