import { readPort } from './port.ts';

/** What every stand-in's program is told on its command line. */
export interface CommonArguments {
  /** A configuration file in YAML or JSON. */
  readonly config: string | undefined;
  readonly host: string;
  /** HTTPS. */
  readonly port: number;
  /** A plain HTTP port beside the others, undefined for none. */
  readonly httpPort: number | undefined;
  readonly dnsNames: readonly string[];
  /** Where the CA certificate is written, `-` for standard output. */
  readonly caFile: string | undefined;
}

/** Their options, for `parseArgs`. */
export const commonOptions = {
  config: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  'http-port': { type: 'string' },
  'dns-name': { type: 'string', multiple: true },
  'ca-file': { type: 'string' },
} as const;

export type CommonValues = {
  readonly [Name in keyof typeof commonOptions]?:
    | ((typeof commonOptions)[Name] extends { readonly multiple: true } ? readonly string[] : string)
    | undefined;
};

/** Reads them. Throws on a port that is none. */
export const commonArguments = (values: CommonValues, defaultPort: number): CommonArguments => ({
  config: values.config,
  host: values.host ?? '127.0.0.1',
  port: readPort(values.port, '--port') ?? defaultPort,
  httpPort: readPort(values['http-port'], '--http-port'),
  dnsNames: values['dns-name'] ?? [],
  caFile: values['ca-file'],
});
