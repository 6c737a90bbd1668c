import { expect } from '@jest/globals';
import { visibleFiles } from '../support/agent/volume.ts';
import type { BrokerBench } from '../support/faults/broker-bench.ts';
import { answerJson } from '../support/broker-server.ts';
import { minute } from './scene-kit.ts';
import { inTableWords, isWellThroughBroker, startFollowing } from './play-broker.ts';

/** What strikes the feed alone: the pod goes on without it. */

const expectSaid = (bench: BrokerBench, says: string): void => {
  const said = bench.agent.lines.filter(({ level }) => level !== 'debug' && level !== 'info');
  expect(new Set(said.map(({ text }) => inTableWords(bench, text)))).toEqual(new Set([says]));
};

/** The feed breaks off; the next one is there within a second, and tells what was missed. */
export const feedCut = async (bench: BrokerBench, says: string): Promise<void> => {
  await startFollowing(bench);
  bench.front.cut();
  bench.rotate();
  await bench.wait(() => bench.feed === 'closed', 'the end of the feed', 10);
  const took = await bench.wait(
    () => bench.feed === 'open' && isWellThroughBroker(bench),
    'the next feed',
    50,
  );
  expect(took).toBeLessThanOrEqual(2_000);
  expectSaid(bench, says);
};

/** The feed stays open and says nothing, as behind a firewall that has forgotten the connection. */
export const feedSilent = async (bench: BrokerBench, says: string): Promise<void> => {
  await startFollowing(bench);
  bench.beats = false;
  const before = visibleFiles(bench.folder);
  bench.rotate({ isLost: true });
  await bench.pass(19_000);
  expect(visibleFiles(bench.folder)).toEqual(before);
  const took = await bench.wait(() => isWellThroughBroker(bench), 'the newest values', 100);
  bench.beats = true;
  expect(took).toBeLessThanOrEqual(13_000);
  expectSaid(bench, says);
};

const refuseFeeds = (bench: BrokerBench): void => {
  bench.broker.refusesFeeds = (response) => {
    const message = 'the broker has as many feeds open as it takes, 20000';
    answerJson(response, 503, { error: { code: 'unavailable', message } });
  };
};

/** No feed is to be had: the pod asks at its intervals, until there is one. */
export const feedRefused = async (bench: BrokerBench, says: string): Promise<void> => {
  await startFollowing(bench);
  refuseFeeds(bench);
  bench.broker.feed.end();
  await bench.wait(() => bench.feed === 'closed', 'the end of the feed', 10);
  for (let rotations = 0; rotations < 3; rotations += 1) {
    bench.rotate();
    const took = await bench.wait(() => isWellThroughBroker(bench), 'the newest values', 200);
    expect(took).toBeLessThanOrEqual(1.2 * minute);
  }
  expectSaid(bench, says);
  bench.broker.refusesFeeds = undefined;
  const took = await bench.wait(() => bench.feed === 'open', 'the next feed', 200);
  expect(took).toBeLessThanOrEqual(minute / 2);
};

export const feedRefusedAtStart = async (bench: BrokerBench): Promise<void> => {
  refuseFeeds(bench);
  await bench.startAgent();
  await bench.wait(() => isWellThroughBroker(bench), 'the files');
  expect(bench.agent.ended()).toBeUndefined();
};
