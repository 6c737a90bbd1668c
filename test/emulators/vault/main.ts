import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { readArguments, usage } from './arguments.ts';
import { keysOf } from '../shared/keys-config.ts';
import { parseConfigFile } from './config-file.ts';
import { startVaultServer } from './server.ts';
import type { Arguments } from './arguments.ts';
import type { FileConfig } from './config-file.ts';
import type { VaultServer } from './server.ts';

function readConfig(path: string | undefined): FileConfig {
  const config = parseConfigFile(path === undefined ? '{}' : readFileSync(path, 'utf8'));
  if (!config.ok) throw new Error(config.error);
  return config.value;
}

function rootTokenOf(file: string | undefined, configured: string | undefined): string | undefined {
  if (file === undefined) return configured;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const token = configured ?? `hvs.${randomBytes(18).toString('base64url')}`;
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

async function start(options: Arguments): Promise<VaultServer> {
  const config = readConfig(options.config);
  const { host, port, httpPort } = options;
  const server = await startVaultServer({
    host,
    port,
    httpPort,
    rootToken: rootTokenOf(options.rootTokenFile, config.rootToken),
    dnsNames: options.dnsNames.length > 0 ? options.dnsNames : config.dnsNames,
    keys: keysOf(config.keys),
    reviewer: config.reviewer,
    apiAudiences: config.apiAudiences,
    setup: config.setup,
  });
  if (options.caFile === '-') process.stdout.write(server.caPem);
  else if (options.caFile !== undefined) writeFileSync(options.caFile, server.caPem);
  const plain = server.httpUrl === undefined ? {} : { httpUrl: server.httpUrl };
  process.stdout.write(`${JSON.stringify({ message: 'listening', url: server.url, ...plain })}\n`);
  return server;
}

function endWith(server: VaultServer): void {
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
