import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { systemClock } from '../lib/clock.ts';
import { parseFlags } from './flags.ts';
import { openLog } from './log.ts';
import { runWebhook } from './run.ts';

const usageError = 2;

const main = async (): Promise<number> => {
  const config = parseFlags(process.argv.slice(2));
  if (!config.ok) {
    for (const problem of config.error) process.stderr.write(`keyferry-webhook: ${problem}\n`);
    return usageError;
  }
  const { log, close } = openLog(config.value.logLevel);
  process.once('exit', close);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      stop.abort();
    });
  }
  const {
    POD_NAMESPACE: namespace = 'keyferry-system',
    POD_UID: podUid = randomUUID(),
    POD_NAME: podName = podUid,
  } = process.env;
  const ran = await runWebhook({
    config: config.value,
    replica: { namespace, podUid, podName },
    clock: systemClock,
    random: Math.random,
    log,
    signal: stop.signal,
  });
  if (ran.ok) return 0;
  for (const problem of ran.error) log.error({ problem }, 'cannot start');
  return 1;
};

process.exit(await main());
