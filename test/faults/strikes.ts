import type { AnswerFault, NetworkBench, Strike, Struck, Target } from '../support/faults/bench.ts';
import type { BenchOf } from './row.ts';
import { startImpostor } from '../support/faults/impostor.ts';
import type { ServerCertificate } from '../emulators/shared/certificate.ts';

/** Faults as functions: each brings one about and says how it ends. */

type NetworkStrike = Strike<NetworkBench>;

/** Faults with which an answer waits for the clock. */
const waiting: ReadonlySet<AnswerFault['kind']> = new Set(['hang', 'slow-headers', 'slow-body']);

/** Answers go wrong. */
export const answers =
  (fault: AnswerFault, target: Target = 'all'): NetworkStrike =>
  (bench) => {
    const before = bench.pod.requests.created;
    const hits = bench.answer(fault, target);
    const lift = (): void => {
      bench.clearAnswers();
    };
    if (!waiting.has(fault.kind)) return { lift };
    const { clock } = bench;
    const length = 'milliseconds' in fault ? fault.milliseconds : Number.POSITIVE_INFINITY;
    let latest = { hits: 0, at: 0 };
    return {
      lift,
      stuck: ({ created, count, answered }) => {
        if (hits() !== latest.hits) latest = { hits: hits(), at: clock.monotonic() };
        const allThere = hits() === created - before;
        const begun = fault.kind !== 'slow-body' || answered === count;
        // When its time is over the answer is on its way.
        const stillHeld = clock.monotonic() - latest.at < length;
        return allThere && begun && stillHeld ? count : 0;
      },
    };
  };

/** Something is wrong with connections. */
export const connections =
  (spoil: (bench: NetworkBench) => unknown): NetworkStrike =>
  async (bench) => {
    await spoil(bench);
    return {
      lift: () => bench.front.restore(),
      stuck: ({ count }) => (bench.front.heldConnections === count ? count : 0),
    };
  };

/** Something is wrong with names. */
export const names =
  (change: Partial<NetworkBench['names']>): NetworkStrike =>
  (bench) => {
    Object.assign(bench.names, change);
    bench.front.cut();
    return {
      lift: () => Object.assign(bench.names, { failure: undefined, address: '127.0.0.1' }),
    };
  };

/** Somebody else answers at the store's address, with this certificate or without any. He must not be sent anything. */
export const impostor =
  (certificate?: (bench: NetworkBench) => Promise<ServerCertificate>): NetworkStrike =>
  async (bench): Promise<Struck> => {
    const other = await startImpostor(await certificate?.(bench));
    bench.front.leadTo(other.port);
    return {
      lift: async () => {
        await bench.front.restore();
        await other.close();
      },
      check: () => {
        if (other.requests() > 0) throw new Error('an impostor was sent a request');
      },
    };
  };

/** A server that the pod trusts answers everything with the same JSON. */
export const answersWith =
  (json: string): NetworkStrike =>
  async (bench) => {
    const other = await startImpostor(await bench.certificate(), json);
    bench.front.leadTo(other.port);
    return {
      lift: async () => {
        await bench.front.restore();
        await other.close();
      },
    };
  };

/** Behind the store's name, and with a certificate for it, is another store: of another cluster, with secrets of the same names. */
export const anotherStore =
  (open: () => Promise<NetworkBench>): NetworkStrike =>
  async (bench) => {
    const other = await open();
    bench.front.leadTo(other.front.port);
    return {
      lift: async () => {
        await bench.front.restore();
        await other.close();
      },
    };
  };

/** The next read needs a new log-in, and something is wrong with it. */
export const atLogin =
  (spoil: (bench: NetworkBench) => unknown, repair: (bench: NetworkBench) => unknown): NetworkStrike =>
  async (bench) => {
    bench.endLogins();
    await spoil(bench);
    return { lift: () => repair(bench) };
  };

/** Something else stands where a file store had its file; undefined: nothing. */
export const fileIs =
  (text: string | undefined): Strike<BenchOf['file']> =>
  (bench) => {
    bench.spoil(text);
    return {
      lift: () => {
        bench.restore();
      },
    };
  };
