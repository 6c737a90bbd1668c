import { readInstallFile } from '../lib/broker/install-file.ts';
import { brokerNamespace } from '../lib/broker/names.ts';
import { ok, type Result } from '../lib/result.ts';
import type { Settings } from '../webhook/core/settings.ts';
import type { BrokerArguments } from './arguments/arguments.ts';

/** The settings with the broker that the command line names; the error lists what its file has wrong. */
export const withBroker = async (
  settings: Settings,
  broker: BrokerArguments | undefined,
): Promise<Result<Settings, readonly string[]>> => {
  if (broker === undefined) return ok(settings);
  const install = await readInstallFile(broker.configFile);
  if (!install.ok) return install;
  return ok({
    ...settings,
    broker: { server: broker.server, namespace: brokerNamespace, install: install.value },
  });
};
