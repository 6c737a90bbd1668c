import { expect } from '@jest/globals';
import { isPermanent } from '../../lib/provider-error.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import type { BrokerBench } from '../support/faults/broker-bench.ts';
import type { Key, Seen, Struck } from '../support/faults/bench.ts';
import { everythingSaid, metricsOf, statusOf, terminationMessageOf } from '../support/faults/observed.ts';
import { interval } from '../support/faults/values.ts';
import { leaksOf } from '../support/canary.ts';
import type { BrokerCell } from './row.ts';
import { minute, startTimeout } from './scene-kit.ts';

/** Faults on the way through the broker: the pod asks it, and has a feed open. */

const storeName = 'ClusterSecretStore/shared';
const allKeys: readonly Key[] = ['db', 'api'];

const newest = (bench: BrokerBench): Readonly<Record<string, string>> => ({
  ...bench.files('db', bench.generation),
  ...bench.files('api', bench.generation),
});

const hasFiles = (bench: BrokerBench, wanted: Readonly<Record<string, string>>): boolean => {
  const have = visibleFiles(bench.folder);
  return Object.entries(wanted).every(([path, text]) => have[path] === text);
};

const hasNewest = (bench: BrokerBench): boolean => hasFiles(bench, newest(bench));

const hasError = ({ agent }: BrokerBench): boolean =>
  statusOf(agent).refs.some(({ error }) => error !== null);

export const isWellThroughBroker = (bench: BrokerBench): boolean => !hasError(bench) && hasNewest(bench);

/** Starts a pod and waits until it has its secrets and a feed. */
export const startFollowing = async (bench: BrokerBench): Promise<void> => {
  await bench.startAgent();
  await bench.wait(() => bench.feed === 'open' && isWellThroughBroker(bench), 'the feed');
};

export const inTableWords = ({ server }: BrokerBench, text: string): string =>
  text.replaceAll(server, 'SERVER');

/** Nothing that was said to anybody holds a secret. */
const expectSilence = async (bench: BrokerBench): Promise<void> => {
  expect(leaksOf(bench.canaries, { said: await everythingSaid(bench.agent) })).toEqual([]);
};

/** Plays something on a bench, which is closed afterwards. */
export const withBroker = async (
  play: (bench: BrokerBench) => Promise<void>,
  bench: BrokerBench,
): Promise<void> => {
  try {
    await play(bench);
    await expectSilence(bench);
  } finally {
    await bench.close();
  }
};

const expectSeen = async (bench: BrokerBench, seen: Seen): Promise<void> => {
  const failing = seen.keys ?? allKeys;
  const error = { code: seen.code, message: seen.says };
  const shown = statusOf(bench.agent).refs.map((ref) => ({
    file: ref.file,
    stale: ref.stale,
    error: ref.error === null ? null : { ...ref.error, message: inTableWords(bench, ref.error.message) },
  }));
  const wanted = allKeys.flatMap((key) => {
    const fails = failing.includes(key);
    return Object.keys(bench.files(key, 1)).map((file) => ({
      file,
      stale: fails,
      error: fails ? error : null,
    }));
  });
  expect(shown).toEqual(wanted);
  const line = bench.agent.lines.find(
    ({ level, text }) => level === 'warn' && inTableWords(bench, text) === seen.says,
  );
  expect(line?.fields).toMatchObject({ code: seen.code, keys: failing.map((key) => `payments/${key}`) });
  if (seen.retryAfter !== undefined) {
    const failed = statusOf(bench.agent).refs.find((ref) => ref.error !== null);
    expect(failed?.nextRefreshSeconds).toBeGreaterThan(seen.retryAfter - 2);
  }
  const metrics = await metricsOf(bench.agent);
  expect(metrics.get('keyferry_stale_refs')).toBe(wanted.filter(({ stale }) => stale).length);
  expect(metrics.get(`keyferry_refresh_total{outcome="${seen.code}"}`)).toBeGreaterThan(0);
  if (seen.operation === undefined) return;
  const labels = `provider="broker",operation="${seen.operation}",outcome="${seen.code}"`;
  expect(metrics.get(`keyferry_provider_requests_total{${labels}}`)).toBeGreaterThan(0);
};

/** Interval with its spread, what the broker asked for, and 15 s for another feed. */
const longestRecovery = ({ retryAfter = 0 }: Seen): number => (interval * 1.1 + retryAfter + 15) * 1_000;

const filesWhile = (bench: BrokerBench, { keys = allKeys }: Seen): Readonly<Record<string, string>> => ({
  ...bench.files('db', keys.includes('db') ? 1 : bench.generation),
  ...bench.files('api', keys.includes('api') ? 1 : bench.generation),
});

/** The fault strikes a pod that has its secrets and a feed, upstream rotates, the fault goes. */
export const playRunningThroughBroker = async (
  bench: BrokerBench,
  { strike, seen }: BrokerCell,
): Promise<void> => {
  await startFollowing(bench);
  const struck: Struck = await strike(bench);
  bench.rotate();
  await bench.wait(() => hasError(bench), 'what the user sees', 200);
  await bench.wait(() => hasFiles(bench, filesWhile(bench, seen)), 'the files', 200);
  await expectSeen(bench, seen);
  await bench.pass(2 * minute);
  expect(visibleFiles(bench.folder)).toEqual(filesWhile(bench, seen));
  expect(bench.agent.ended()).toBeUndefined();
  expect(statusOf(bench.agent).ready).toBe(true);
  await struck.lift();
  const took = await bench.wait(() => isWellThroughBroker(bench), 'the newest values', 200);
  expect(took).toBeLessThanOrEqual(longestRecovery(seen));
  expect((await metricsOf(bench.agent)).get('keyferry_stale_refs')).toBe(0);
  await bench.wait(() => bench.feed === 'open', 'the next feed', 200);
};

const startLines = ({ code, says, keys = allKeys }: Seen): string => {
  const files = { db: 'db/user, db/password', api: 'api/token' };
  return keys
    .map((key) => `${files[key]} (key "payments/${key}" of ${storeName}): ${code}: ${says}`)
    .join('\n');
};

/** Other words than a running pod's where the cell says so. */
const seenAtStart = ({ seen, start }: BrokerCell): Seen =>
  start === undefined || 'never' in start ? seen : { ...seen, code: start.code, says: start.says };

/** The fault is there when the pod starts. */
export const playStartThroughBroker = async (bench: BrokerBench, cell: BrokerCell): Promise<void> => {
  const seen = seenAtStart(cell);
  const struck: Struck = await cell.strike(bench);
  const began = bench.clock.monotonic();
  await bench.startAgent();
  await bench.wait(() => bench.agent.ended() !== undefined, 'the end of the start', 200);
  expect(bench.agent.ended()?.exitCode).toBe(1);
  const atOnce = isPermanent(seen.code);
  const lasted = bench.clock.monotonic() - began;
  if (atOnce) expect(lasted).toBeLessThan(startTimeout / 2);
  else expect(lasted).toBeGreaterThanOrEqual(startTimeout);
  const headline = atOnce
    ? 'Keyferry cannot fetch what this pod needs'
    : 'Keyferry has no secrets after 20 s';
  expect(inTableWords(bench, terminationMessageOf(bench.agent))).toBe(`${headline}\n${startLines(seen)}`);
  expect(visibleFiles(bench.folder)).toEqual({});
  await struck.lift();
  // The kubelet starts it again.
  await startFollowing(bench);
};
