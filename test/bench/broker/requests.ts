import { BrokerCaller } from '../../support/broker/caller.ts';
import type { Measurement } from '../core/figures.ts';
import { median } from '../core/statistics.ts';
import { processorTime } from '../processes.ts';
import { readRequest, type Scene } from './scene.ts';

/** Each namespace may ask so often in a second, and there has to be one for each connection. */
const connections = 8;
const rounds = 5;
const roundSeconds = 1;

/** Asks again as soon as it has an answer; how many answers it had by then. */
const keepAsking = async (caller: BrokerCaller, until: number): Promise<number> => {
  let answers = 0;
  while (performance.now() < until) {
    const { status, results } = await caller.post('/v1/secrets', readRequest);
    if (status !== 200 || !results.every((result) => 'secret' in result))
      throw new Error(`the broker of the bench answered ${status}`);
    answers += 1;
  }
  return answers;
};

/** Answers for each second of processor time that the broker had. */
const round = async (scene: Scene, callers: readonly BrokerCaller[]): Promise<number> => {
  const time = processorTime(scene.pid);
  const until = performance.now() + roundSeconds * 1000;
  const answers = await Promise.all(callers.map((caller) => keepAsking(caller, until)));
  return answers.reduce((sum, count) => sum + count, 0) / ((processorTime(scene.pid) - time) / 1000);
};

/** Reads of one secret that is in the broker's memory, over connections that stay open, by pods that it knows. */
export const measureRequests = async (scene: Scene): Promise<Measurement> => {
  const callers = await Promise.all(
    Array.from({ length: connections }, async (_, index) => {
      const token = await scene.tokenIn(`load-${index}`);
      return new BrokerCaller(scene.port, token);
    }),
  );
  try {
    // The first one has the broker's code compiled.
    await round(scene, callers);
    const rates: number[] = [];
    for (let count = 0; count < rounds; count += 1) rates.push(await round(scene, callers));
    const note = `${connections} connections, ${rounds} rounds of ${roundSeconds} s, from ${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
    return { name: 'broker-requests', value: median(rates), note };
  } finally {
    for (const caller of callers) caller.close();
  }
};
