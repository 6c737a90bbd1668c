import { terminationMessage } from '../../../agent/core/termination-message.ts';
import type { RefStatus } from '../../../agent/core/status.ts';
import type { RunningAgent } from '../agent/in-process.ts';

/** Metrics by name and labels, as they stand in the text. */
export type Metrics = ReadonlyMap<string, number>;

export const metricsOf = async ({ agent }: RunningAgent): Promise<Metrics> => {
  const text = await (await agent.metrics.load()).render();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line): [string, number] => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
};

/** `/status` of an agent. */
export interface Status {
  readonly ready: boolean;
  readonly volume: string | null;
  readonly refs: readonly RefStatus[];
}

export const statusOf = ({ agent }: RunningAgent): Status => agent.status() as Status;

/** What `kubectl describe` shows of an agent that has ended. */
export const terminationMessageOf = (agent: RunningAgent): string => {
  const { headline, lines = [] } = agent.ended() ?? {};
  return headline === undefined ? '' : terminationMessage(headline, lines);
};

/** Everything that an agent says to anybody, as one text. */
export const everythingSaid = async (agent: RunningAgent): Promise<string> =>
  JSON.stringify([
    agent.lines,
    agent.agent.status(),
    [...(await metricsOf(agent))],
    terminationMessageOf(agent),
  ]);
