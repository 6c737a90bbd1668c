import { announce, readConfigFile, runProgram } from '../shared/program.ts';
import { readArguments, usage } from './arguments.ts';
import { parseConfigFile } from './config-file.ts';
import { startBitwardenServer } from './server.ts';

runProgram({
  usage,
  start: async (argv, environment) => {
    const options = readArguments(argv, environment);
    const { dnsNames, ...config } = readConfigFile(options.config, parseConfigFile);
    const { host, port, httpPort, caFile } = options;
    const server = await startBitwardenServer({
      ...config,
      ...{ host, port, httpPort },
      dnsNames: options.dnsNames.length > 0 ? options.dnsNames : dnsNames,
    });
    announce(server, caFile, { url: server.url, httpUrl: server.httpUrl });
    return server;
  },
});
