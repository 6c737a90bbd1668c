import type { Clock } from '../clock.ts';
import type { Logger } from '../log.ts';
import { err, ok, type Result } from '../result.ts';
import { backoffDelay, pause, type Random } from './backoff.ts';
import type { KubeConnection } from './connection.ts';
import { readServerVersion } from './version.ts';

export interface WaitForServerOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
  readonly signal: AbortSignal;
}

const versionBackoff = { baseMilliseconds: 500, capMilliseconds: 10_000 };

/** Waits until the API server answers; an error where it is too old for us, which waiting does not cure. */
export const waitForServer = async (
  connection: KubeConnection,
  { clock, log, random, signal }: WaitForServerOptions,
): Promise<Result<void, string>> => {
  for (let failures = 1; !signal.aborted; failures += 1) {
    const version = await readServerVersion(connection, { clock, signal });
    if (version.ok) {
      log.info({ version: version.value.gitVersion }, 'connected to the API server');
      return ok(undefined);
    }
    if (version.error.kind === 'unsupported') return err(version.error.message);
    log.warn({ reason: version.error.message }, 'the API server does not answer; trying again');
    await pause(clock, backoffDelay(failures, versionBackoff, random), signal);
  }
  return ok(undefined);
};
