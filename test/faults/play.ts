import { expect } from '@jest/globals';
import { spreadFactor } from '../../agent/core/schedule.ts';
import { isPermanent } from '../../lib/provider-error.ts';
import { visibleFiles } from '../support/agent/volume.ts';
import type { Bench, Key, Seen, StoreKind, Struck } from '../support/faults/bench.ts';
import { metricsOf, statusOf, terminationMessageOf, type Metrics } from '../support/faults/observed.ts';
import { interval } from '../support/faults/values.ts';
import type { Cell } from './row.ts';
import {
  expectSilence,
  filesOf,
  inTableWords,
  isWell,
  minute,
  openBench,
  startTimeout,
  storeNames,
} from './scene-kit.ts';

/** A cell whose strike takes whatever bench its store has. */
type AnyCell = Cell<never>;

/** As in `runInProcess`. */
const intervalSeconds = Math.round(interval * spreadFactor('uid'));

/** A bench and the one fault that strikes it. */
class Scene {
  readonly bench: Bench;
  readonly #cell: AnyCell;
  #struck: Struck | undefined;

  constructor(bench: Bench, cell: AnyCell) {
    this.bench = bench;
    this.#cell = cell;
  }

  async strike(): Promise<void> {
    this.#struck = await this.#cell.strike(this.bench as never);
    if (this.#struck.stuck !== undefined) this.bench.pod.stuck = this.#struck.stuck;
  }

  /** Ends the fault, and looks whether something came of it that must not. */
  async lift(): Promise<void> {
    const struck = this.#struck;
    this.#struck = undefined;
    this.bench.pod.stuck = () => 0;
    await struck?.lift();
    struck?.check?.();
  }

  async close(): Promise<void> {
    await this.#struck?.lift();
    await this.bench.close();
  }
}

const withScene = async (
  store: StoreKind,
  cell: AnyCell,
  play: (scene: Scene) => Promise<void>,
): Promise<void> => {
  const scene = new Scene(await openBench(store), cell);
  try {
    await play(scene);
  } finally {
    await scene.close();
  }
};

const failingKeys = ({ keys }: Seen): readonly Key[] => keys ?? ['db', 'api'];

const expectFiles = (bench: Bench, generations: Readonly<Record<Key, number>>): void => {
  expect(visibleFiles(bench.folder)).toEqual(filesOf(bench, generations));
};

const hasError = ({ pod }: Bench): boolean => statusOf(pod.agent).refs.some(({ error }) => error !== null);

const nextTry = ({ code, retryAfter }: Seen): number => {
  if (isPermanent(code)) return intervalSeconds;
  // Half of the first second, since the test's chance is always one half.
  return (retryAfter ?? 0) + 0.5;
};

const expectStatus = (bench: Bench, seen: Seen): void => {
  const failing = failingKeys(seen);
  const error = { code: seen.code, message: seen.says };
  const shown = statusOf(bench.pod.agent).refs.map((ref) => ({
    file: ref.file,
    stale: ref.stale,
    error: ref.error === null ? null : { ...ref.error, message: inTableWords(bench, ref.error.message) },
  }));
  expect(shown).toEqual(
    (['db', 'api'] as const).flatMap((key) =>
      Object.keys(bench.files(key, 1)).map((file) =>
        failing.includes(key) ? { file, stale: true, error } : { file, stale: false, error: null },
      ),
    ),
  );
  const failed = statusOf(bench.pod.agent).refs.find((ref) => ref.error !== null);
  expect(Math.abs((failed?.nextRefreshSeconds ?? Infinity) - nextTry(seen))).toBeLessThanOrEqual(0.5);
};

const expectLogLine = (bench: Bench, seen: Seen): void => {
  const line = bench.pod.agent.lines.find(
    ({ level, text }) => level === 'warn' && inTableWords(bench, text) === seen.says,
  );
  const keys = failingKeys(seen).map((key) => `payments/${key}`);
  expect(line?.fields).toMatchObject({ code: seen.code, keys });
};

const lastSuccess = (metrics: Metrics): number | undefined =>
  [...metrics].find(([name]) => name.startsWith('keyferry_secret_last_success_timestamp_seconds'))?.[1];

const expectMetrics = async (bench: Bench, seen: Seen, goodUntil: number): Promise<void> => {
  const metrics = await metricsOf(bench.pod.agent);
  const stale = failingKeys(seen).flatMap((key) => Object.keys(bench.files(key, 1)));
  expect(metrics.get('keyferry_stale_refs')).toBe(stale.length);
  expect(metrics.get(`keyferry_refresh_total{outcome="${seen.code}"}`)).toBe(1);
  expect(lastSuccess(metrics)).toBe(goodUntil / 1_000);
  if (seen.operation === undefined) return;
  const labels = `provider="${bench.kind}",operation="${seen.operation}",outcome="${seen.code}"`;
  expect(metrics.get(`keyferry_provider_requests_total{${labels}}`)).toBeGreaterThan(0);
};

/** The outage goes on: nothing of what the pod has is lost, and it does not end. */
const expectEndurance = async (bench: Bench, generations: Readonly<Record<Key, number>>): Promise<void> => {
  await bench.pod.run(2 * minute);
  expectFiles(bench, generations);
  expect(bench.pod.agent.ended()).toBeUndefined();
  expect(statusOf(bench.pod.agent).ready).toBe(true);
};

/** No longer than the table says; 10 s for what is under way as the fault ends. */
const longestRecovery = ({ seen }: AnyCell): number =>
  (intervalSeconds + (seen?.retryAfter ?? 0) + 10) * 1_000;

const expectRecovery = async (scene: Scene, cell: AnyCell): Promise<void> => {
  const { bench } = scene;
  await bench.rotate();
  await scene.lift();
  const lifted = bench.clock.now();
  const took = await bench.pod.runUntil(() => isWell(bench), 10 * minute);
  expect(took).toBeLessThanOrEqual(longestRecovery(cell));
  expectFiles(bench, { db: bench.generation, api: bench.generation });
  expect(isWell(bench)).toBe(true);
  const metrics = await metricsOf(bench.pod.agent);
  expect(metrics.get('keyferry_stale_refs')).toBe(0);
  expect(lastSuccess(metrics)).toBeGreaterThanOrEqual(lifted / 1_000);
};

/** The fault strikes a pod that has its secrets, upstream rotates, the fault goes. */
export const playRunning = (store: StoreKind, cell: AnyCell): Promise<void> =>
  withScene(store, cell, async (scene) => {
    const { bench } = scene;
    const { pod, clock } = bench;
    const goodUntil = clock.now();
    await pod.start();
    expect(isWell(bench)).toBe(true);
    await scene.strike();
    await bench.rotate();
    const { seen } = cell;
    if (seen === undefined) {
      await pod.run(3 * minute);
      expect(pod.agent.lines.filter(({ level }) => level !== 'debug' && level !== 'info')).toEqual([]);
      expect(isWell(bench)).toBe(true);
    } else {
      await pod.runUntil(() => hasError(bench), 3 * minute);
      const stays = failingKeys(seen);
      const generations = { db: stays.includes('db') ? 1 : 2, api: stays.includes('api') ? 1 : 2 };
      expectStatus(bench, seen);
      expectLogLine(bench, seen);
      expectFiles(bench, generations);
      await expectMetrics(bench, seen, goodUntil);
      await expectEndurance(bench, generations);
    }
    await expectRecovery(scene, cell);
    await expectSilence(bench);
  });

const startLines = (bench: Bench, { code, says, keys }: Seen, files?: readonly string[]): string => {
  const named = { db: files ?? ['db/user', 'db/password'], api: ['api/token'] };
  return (keys ?? (['db', 'api'] as const))
    .map(
      (key) =>
        `${named[key].join(', ')} (key "payments/${key}" of ${storeNames[bench.kind]}): ${code}: ${says}`,
    )
    .join('\n');
};

const headlines = {
  atOnce: 'Keyferry cannot fetch what this pod needs',
  late: 'Keyferry has no secrets after 20 s',
} as const;

/** A start that fails: at once where time does not cure it, else when its time is over; with a message, and without a file. */
const expectFailedStart = async (bench: Bench, seen: Seen, files?: readonly string[]): Promise<void> => {
  const { pod } = bench;
  const atOnce = isPermanent(seen.code);
  if (!atOnce) {
    await pod.run(startTimeout - 1);
    expect(pod.agent.ended()).toBeUndefined();
    expect(visibleFiles(bench.folder)).toEqual({});
    await pod.run(1);
  }
  expect(pod.agent.ended()?.exitCode).toBe(1);
  const headline = atOnce ? headlines.atOnce : headlines.late;
  const message = inTableWords(bench, terminationMessageOf(pod.agent));
  expect(message).toBe(`${headline}\n${startLines(bench, seen, files)}`);
  expect(visibleFiles(bench.folder)).toEqual({});
};

/** What a start sees: other words than a running pod where the cell says so. */
const seenAtStart = ({ seen, start }: AnyCell): { seen?: Seen; files?: readonly string[] } => {
  if (start === undefined || 'never' in start) return seen === undefined ? {} : { seen };
  const { files, ...words } = start;
  return { seen: { ...seen, ...words }, ...(files === undefined ? {} : { files }) };
};

/** The fault is there when the pod starts. */
export const playStart = (store: StoreKind, cell: AnyCell): Promise<void> =>
  withScene(store, cell, async (scene) => {
    const { bench } = scene;
    const { pod } = bench;
    const { seen, files } = seenAtStart(cell);
    await scene.strike();
    await bench.rotate();
    // What has just happened upstream lies in the past.
    await bench.clock.advance(1_000);
    await pod.start();
    if (seen === undefined) {
      await pod.run(startTimeout);
      expect(isWell(bench)).toBe(true);
    } else {
      await expectFailedStart(bench, seen, files);
    }
    await expectSilence(bench);
    await scene.lift();
    await pod.agent.stop();
    // The kubelet starts it again.
    await pod.start();
    await pod.run(2_000);
    expect(isWell(bench)).toBe(true);
  });
