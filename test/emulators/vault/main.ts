import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { keysOf } from '../shared/keys-config.ts';
import { announce, readConfigFile, runProgram } from '../shared/program.ts';
import { readArguments, usage } from './arguments.ts';
import { parseConfigFile } from './config-file.ts';
import { startVaultServer } from './server.ts';

function rootTokenOf(file: string | undefined, configured: string | undefined): string | undefined {
  if (file === undefined) return configured;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const token = configured ?? `hvs.${randomBytes(18).toString('base64url')}`;
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  return token;
}

runProgram({
  usage,
  start: async (argv, environment) => {
    const options = readArguments(argv, environment);
    const config = readConfigFile(options.config, parseConfigFile);
    const { host, port, httpPort } = options;
    const server = await startVaultServer({
      ...{ host, port, httpPort },
      rootToken: rootTokenOf(options.rootTokenFile, config.rootToken),
      dnsNames: options.dnsNames.length > 0 ? options.dnsNames : config.dnsNames,
      keys: keysOf(config.keys),
      reviewer: config.reviewer,
      apiAudiences: config.apiAudiences,
      setup: config.setup,
    });
    announce(server, options.caFile, { url: server.url, httpUrl: server.httpUrl });
    return server;
  },
});
