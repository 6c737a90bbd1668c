import { keysOf } from '../shared/keys-config.ts';
import { announce, readConfigFile, runProgram } from '../shared/program.ts';
import { readArguments, usage } from './arguments.ts';
import { parseConfigFile } from './config-file.ts';
import { startAwsServer } from './server.ts';

runProgram({
  usage,
  start: async (argv, environment) => {
    const options = readArguments(argv, environment);
    const { setup, keys, limits, adminToken, dnsNames } = readConfigFile(options.config, parseConfigFile);
    const { host, ports, caFile } = options;
    const server = await startAwsServer({
      ...{ host, ports, setup, limits, adminToken },
      keys: keysOf(keys),
      dnsNames: options.dnsNames.length > 0 ? options.dnsNames : dnsNames,
    });
    announce(server, caFile, { url: server.url, urls: server.urls() });
    return server;
  },
});
