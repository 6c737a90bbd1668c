import { watchInstallFile, type InstallFile } from '../lib/broker/install-file.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import { ok, type Result } from '../lib/result.ts';
import type { BrokerSettings, Settings } from './core/settings.ts';
import type { WebhookConfig } from './flags.ts';

/** The settings of an install, with the broker that it has. */
export interface OpenedSettings {
  readonly settings: Settings;
  readonly stop: () => Promise<void>;
}

export interface BrokerOptions {
  readonly config: Pick<WebhookConfig, 'settings' | 'broker'>;
  /** Where the broker runs: where the webhook does. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The file is read again while others hold the settings, so what it says is looked up at each use. */
const settingsOf = (server: string, namespace: string, file: InstallFile): BrokerSettings => ({
  server,
  namespace,
  get install() {
    return file.current();
  },
});

/** Reads what the broker may use, where there is one. The errors are what nobody but the installer can put right. */
export const openSettings = async ({
  config: { settings, broker },
  namespace,
  clock,
  log,
}: BrokerOptions): Promise<Result<OpenedSettings, readonly string[]>> => {
  if (broker === undefined) return ok({ settings, stop: () => Promise.resolve() });
  const file = await watchInstallFile({ path: broker.configFile, clock, log });
  if (!file.ok) return file;
  return ok({
    settings: { ...settings, broker: settingsOf(broker.server, namespace, file.value) },
    stop: () => file.value.stop(),
  });
};
