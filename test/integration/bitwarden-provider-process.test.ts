import { readFileSync, readlinkSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { describe, expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { leaksOf } from '../support/canary.ts';
import { until } from '../support/until.ts';
import { canaries, sdkProcesses, startGame } from './bitwarden-harness.ts';

const only = (): number => {
  const [pid, ...others] = sdkProcesses();
  expect(others).toEqual([]);
  return pid!;
};

describe("the process of Bitwarden's SDK", () => {
  test('is started by the first read and ends with the store', async () => {
    const { open } = await startGame();
    const { provider, lines } = await open();
    expect(sdkProcesses()).toEqual([]);
    await lines('db');
    only();
    provider.close();
    await until(() => sdkProcesses().length === 0);
    expect(await lines('db')).toEqual(['unavailable: the store is closed']);
  });

  test('shows the access token and values to nobody', async () => {
    const { bitwarden, open } = await startGame();
    const token = bitwarden.accessToken('broker');
    const { read, provider, logs, records } = await open();
    const outcomes = await read('db', 'api', 'none');
    const pid = only();
    const secrets = [token, token.split('.')[2]!.split(':')[0]!, ...Object.values(canaries)];
    const texts = {
      arguments: readFileSync(`/proc/${pid}/cmdline`, 'latin1'),
      environment: readFileSync(`/proc/${pid}/environ`, 'latin1'),
      outcomes: inspect(outcomes, { depth: 20, showHidden: true }),
      provider: inspect(provider, { depth: 20, showHidden: true }),
      logs: inspect([logs, records], { depth: 20, showHidden: true }),
    };
    expect(leaksOf(secrets, texts)).toEqual([]);
    expect(texts.environment.replace(/NODE_CHANNEL_(FD|SERIALIZATION_MODE)=\w+\0/g, '')).toBe('');
    expect(readFileSync(`/proc/${pid}/coredump_filter`, 'latin1').trim()).toBe('00000000');
    for (const stream of [0, 1, 2]) expect(readlinkSync(`/proc/${pid}/fd/${stream}`)).toBe('/dev/null');
  });

  test('may be killed in the middle: what it was asked fails, and the next read works', async () => {
    const { bitwarden, open } = await startGame();
    const { lines, logs } = await open();
    const other = await open();
    await other.lines('db');
    const [otherPid] = sdkProcesses();
    const hanging = bitwarden.faults.add({ kind: 'hang', operation: 'syncSecrets' });
    const broken = lines('db', 'api');
    await until(() => hanging.hits > 0);
    process.kill(
      sdkProcesses().find((pid) => pid !== otherPid)!,
      'SIGKILL',
    );
    const ended = "unavailable: the process of Bitwarden's SDK ended; it is started again";
    expect(await broken).toEqual([ended, ended]);
    bitwarden.faults.clear();
    expect(await lines('db', 'api')).toEqual([`${canaries.db}1`, canaries.api]);
    expect(await other.fresh('db')).toEqual([`${canaries.db}1`]);
    expect(sdkProcesses()).toContain(otherPid);
    expect(logs).toEqual([
      [{ code: null, signal: 'SIGKILL', waitMs: 0 }, "the process of Bitwarden's SDK ended"],
    ]);
  });

  test('that keeps ending is started less and less often', async () => {
    const { bitwarden, clock, open } = await startGame();
    const { lines, logs } = await open();
    const kill = async (): Promise<void> => {
      const hanging = bitwarden.faults.add({ kind: 'hang', operation: 'login' });
      const broken = lines('db');
      await until(() => hanging.hits > 0);
      process.kill(only(), 'SIGKILL');
      await broken;
      bitwarden.faults.clear();
      await until(() => sdkProcesses().length === 0);
    };
    await kill();
    await kill();
    expect(await lines('db')).toEqual([
      "unavailable: the process of Bitwarden's SDK keeps ending; it is started again in 1 s",
    ]);
    await clock.advance(1_000);
    await kill();
    expect(await lines('db')).toEqual([
      "unavailable: the process of Bitwarden's SDK keeps ending; it is started again in 2 s",
    ]);
    await clock.advance(2_000);
    expect(await lines('db')).toEqual([`${canaries.db}1`]);
    process.kill(only(), 'SIGKILL');
    await until(() => logs.length === 4);
    expect(await lines('db')).toEqual([`${canaries.db}1`]);
    expect(logs.map(([fields]) => (fields as { waitMs: number }).waitMs)).toEqual([0, 1_000, 2_000, 0]);
  });

  test('leaves our event loop alone while it works', async () => {
    const { bitwarden, clock, open } = await startGame();
    for (let index = 0; index < 2_000; index += 1)
      bitwarden.createSecret({ key: `many ${index}`, value: 'v'.repeat(500), project: 'payments' });
    await clock.advance(2_000);
    const { lines } = await open();
    // The stand-in encrypts in this very process: what it takes to answer is not the provider's.
    await lines('db');
    await clock.advance(10_000);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    for (let round = 0; round < 50; round += 1) {
      expect(await lines('db', 'api')).toEqual([`${canaries.db}1`, canaries.api]);
      await clock.advance(2_000);
    }
    delay.disable();
    expect(delay.percentile(90) / 1e6).toBeLessThan(50);
  });
});
