import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { keysOf } from '../shared/keys-config.ts';
import { readArguments, usage } from './arguments.ts';
import { parseConfigFile } from './config-file.ts';
import { startAwsServer } from './server.ts';
import type { Arguments } from './arguments.ts';
import type { FileConfig } from './config-file.ts';
import type { AwsServer } from './server.ts';

function readConfig(path: string | undefined): FileConfig {
  const config = parseConfigFile(path === undefined ? '{}' : readFileSync(path, 'utf8'));
  if (!config.ok) throw new Error(config.error);
  return config.value;
}

async function start(options: Arguments): Promise<AwsServer> {
  const { setup, keys, limits, adminToken, dnsNames } = readConfig(options.config);
  const { host, ports, caFile } = options;
  const server = await startAwsServer({
    ...{ host, ports, setup, limits, adminToken },
    keys: keysOf(keys),
    dnsNames: options.dnsNames.length > 0 ? options.dnsNames : dnsNames,
  });
  if (caFile === '-') process.stdout.write(server.caPem);
  else if (caFile !== undefined) writeFileSync(caFile, server.caPem);
  process.stdout.write(`${JSON.stringify({ message: 'listening', url: server.url, urls: server.urls() })}\n`);
  return server;
}

function endWith(server: AwsServer): void {
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      void server.close();
    });
}

async function main(): Promise<void> {
  endWith(await start(readArguments(process.argv.slice(2), process.env)));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`);
  process.exitCode = 1;
});
