import { untilAdvancing } from '../until.ts';
import type { Mode } from '../../../agent/core/modes.ts';
import type { Plan } from '../../../lib/plan.ts';
import { BrokerServer } from '../broker-server.ts';
import { ManualClock } from '../manual-clock.ts';
import { BrokerPod, brokerPlan, type BrokerPodOptions } from './broker-pod.ts';
import { realStores, type RunningAgent } from './in-process.ts';
import { runUntilTestEnds } from './three-stores.ts';
import { visibleFiles } from './volume.ts';

/** A broker, a pod, and agents in this process that go through the one for the other. */
export interface BrokerWorld {
  readonly broker: BrokerServer;
  readonly pod: BrokerPod;
  readonly clock: ManualClock;
  readonly plan: Plan;
  readonly run: (mode?: Mode) => Promise<RunningAgent>;
  /** Waits for what sockets bring about, while a little time passes. */
  readonly wait: (condition: () => boolean, what: string, step?: number) => Promise<void>;
  /** Lets so much time pass in steps that leave sockets time to answer. */
  readonly pass: (milliseconds: number, step?: number) => Promise<void>;
  readonly file: (name?: string) => string | undefined;
}

const brokers: BrokerServer[] = [];

/** Ends what tests started; for `afterEach`. */
export const stopBrokers = async (): Promise<void> => {
  await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
};

export const startBroker = async (names?: readonly string[]): Promise<BrokerServer> => {
  const broker = await BrokerServer.start(names);
  brokers.push(broker);
  return broker;
};

export const startBrokerWorld = async (
  options: BrokerPodOptions & { readonly names?: readonly string[] } = {},
): Promise<BrokerWorld> => {
  const broker = await startBroker(options.names);
  const pod = new BrokerPod();
  const clock = new ManualClock();
  const plan = brokerPlan(broker, options);
  const { root } = pod;
  return {
    broker,
    pod,
    clock,
    plan,
    run: (mode = 'run') => runUntilTestEnds({ plan, root, mode, clock, stores: realStores(plan, root) }),
    wait: (condition, what, step = 10) => untilAdvancing(clock, condition, { what, step }),
    pass: async (milliseconds, step = 500) => {
      const end = clock.monotonic() + milliseconds;
      await untilAdvancing(clock, () => clock.monotonic() >= end, { step });
    },
    file: (name = 'db') => visibleFiles(`${root}/keyferry/secrets`)[name],
  };
};

interface Shown {
  readonly broker: { readonly feed: string };
  readonly refs: readonly {
    readonly stale: boolean;
    readonly ageSeconds: number | null;
    readonly error: { readonly code: string; readonly message: string } | null;
  }[];
}

/** What `/status` of an agent says of its feed and its first ref. */
export const shownBy = ({ agent }: RunningAgent): Shown['refs'][number] & { readonly feed: string } => {
  const { broker, refs } = agent.status() as Shown;
  return { ...refs[0]!, feed: broker.feed };
};

/** A pod whose agent has the file `db` and an open feed. */
export const startFollowing = async (): Promise<
  BrokerWorld & Pick<RunningAgent, 'lines'> & { readonly shown: () => ReturnType<typeof shownBy> }
> => {
  const world = await startBrokerWorld();
  world.broker.documents.set('shared/db', 'one');
  const running = await world.run();
  const shown = (): ReturnType<typeof shownBy> => shownBy(running);
  await world.wait(() => shown().feed === 'open', 'the feed');
  return { ...world, lines: running.lines, shown };
};
