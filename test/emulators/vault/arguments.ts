import { parseArgs } from 'node:util';
import { commonArguments, commonOptions, type CommonArguments } from '../shared/arguments.ts';

/** What the program is told on its command line. */
export interface Arguments extends CommonArguments {
  /** A file with the root token; written where it does not exist. */
  readonly rootTokenFile: string | undefined;
}

export const usage = `usage: vault stand-in [options]
  --config FILE           YAML or JSON (default: VAULT_STANDIN_CONFIG, else an empty Vault)
  --host ADDRESS          where to listen (default: VAULT_STANDIN_HOST, else 127.0.0.1)
  --port PORT             HTTPS port (default: VAULT_STANDIN_PORT, else 8200; 0 for a free one)
  --http-port PORT        plain HTTP port (default: VAULT_STANDIN_HTTP_PORT, else none)
  --dns-name NAME         name or IP address in the certificate, may be repeated (default: the configuration's,
                          else localhost and 127.0.0.1)
  --ca-file FILE          write the CA certificate there, - for standard output
  --root-token-file FILE  root token (default: the configuration's); made up and written there where FILE is not there`;

/** Reads the command line and the environment. Throws on an unknown option or a port that is none. */
export function readArguments(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...commonOptions,
      'root-token-file': { type: 'string' },
    },
  });
  const byDefault = {
    config: environment['VAULT_STANDIN_CONFIG'],
    host: environment['VAULT_STANDIN_HOST'],
    port: environment['VAULT_STANDIN_PORT'],
    'http-port': environment['VAULT_STANDIN_HTTP_PORT'],
  };
  return {
    ...commonArguments({ ...byDefault, ...values }, 8200),
    rootTokenFile: values['root-token-file'],
  };
}
