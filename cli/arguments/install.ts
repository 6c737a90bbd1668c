import { defaultBrokerServer } from '../../lib/broker/names.ts';
import { readBrokerServer } from '../../lib/broker/server-url.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { defaultSettings, type Settings } from '../../webhook/core/settings.ts';
import { many, one, type Words } from '../words.ts';
import type { BrokerArguments } from './arguments.ts';

/** The install that manifests are read for, as far as the command line says how it is. */

/** The same settings as a fresh install, but for the file provider: on one's own machine every file is one's own. */
export const settingsOf = (words: Words): Settings => {
  const image = one(words, 'agent-image');
  return {
    ...defaultSettings,
    fileRoot: '/',
    allowHttp: words.values.has('allow-http'),
    // Manifests that are given are meant, of whichever API they are.
    externalSecretsOperatorRead: true,
    ...(image === undefined ? {} : { agentImage: image }),
    ...(words.values.has('allowed-servers') ? { allowedServers: many(words, 'allowed-servers') } : {}),
  };
};

/** Undefined: it has no broker. */
export const brokerOf = (words: Words): Result<BrokerArguments | undefined, string> => {
  const [configFile, server] = [one(words, 'broker-config'), one(words, 'broker-server')];
  if (configFile === undefined)
    return server === undefined ? ok(undefined) : err('--broker-server goes with --broker-config');
  const read = readBrokerServer(server ?? defaultBrokerServer);
  return read.ok ? ok({ configFile, server: read.value }) : err(`--broker-server ${read.error}`);
};
