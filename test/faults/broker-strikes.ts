import type { BrokerFailure } from '../../lib/broker/protocol.ts';
import type { Key, Strike } from '../support/faults/bench.ts';
import type { BrokerBench } from '../support/faults/broker-bench.ts';
import { answerJson, type Handler } from '../support/broker-server.ts';

/** Faults of the way through the broker as functions: each brings one about and says how it ends. */

type BrokerStrike = Strike<BrokerBench>;

/** Something is wrong with connections. */
export const connections =
  (spoil: (bench: BrokerBench) => unknown): BrokerStrike =>
  async (bench) => {
    await spoil(bench);
    return { lift: () => bench.front.restore() };
  };

/** The broker, or a proxy in its place, answers everything like this. */
export const answers =
  (handler: Handler): BrokerStrike =>
  (bench) => {
    bench.answer(handler);
    return {
      lift: () => {
        bench.answer(undefined);
      },
    };
  };

/** The broker says no, and why. */
export const refuses = (status: number, error: BrokerFailure): BrokerStrike =>
  answers((_request, response) => {
    answerJson(response, status, { error });
  });

/** The broker answers, and says of secrets that it has not got them. */
export const has =
  (failure: BrokerFailure, keys?: readonly Key[]): BrokerStrike =>
  (bench) => {
    bench.fail(failure, keys);
    return {
      lift: () => {
        bench.fail(undefined, keys);
      },
    };
  };
