import type { Measurement } from '../core/figures.ts';
import { median, medianRatio, middleHalf, percentile } from '../core/statistics.ts';
import { processorTime } from '../processes.ts';
import { Generator } from './generator.ts';
import { review } from './review.ts';
import { startServers, type RunningServer, type Servers } from './servers.ts';

const connections = 8;
const warmUpSeconds = 3;
const throughputRounds = 14;
const throughputSeconds = 1;
const latencyRounds = 10;
const latencySeconds = 1.5;

/** Workloads whose pods come again and again, as in rollouts and with autoscalers. */
const familiar = { firstWorkload: 0, workloads: 100 };
/** So many that none comes twice in a round. */
const manyWorkloads = 1_000_000;

interface Throughput {
  /** Requests a second of processor time: what one core gives, whoever else is on it. */
  readonly perCoreSecond: number;
  /** Requests a second by the clock. */
  readonly perSecond: number;
}

/** Measures one thing after the other, the one that comes first changing each time. */
const inTurns = async <T>(round: number, measures: readonly (() => Promise<T>)[]): Promise<readonly T[]> => {
  const order = measures.map((_measure, index) => (index + round) % measures.length);
  const results = new Map<number, T>();
  for (const index of order) {
    const measure = measures[index];
    if (measure !== undefined) results.set(index, await measure());
  }
  return measures.flatMap((_measure, index) => results.get(index) ?? []);
};

type Pair = readonly [number, number];

/** What is said of the rounds of one comparison. */
const compare = (
  name: 'admission-throughput' | 'admission-throughput-new',
  rounds: readonly { readonly ours: Throughput; readonly theirs: Throughput }[],
): Measurement => {
  const pairs = rounds.map(({ ours, theirs }): Pair => [ours.perCoreSecond, theirs.perCoreSecond]);
  const [low, high] = middleHalf(pairs.map(([ours, theirs]) => ours / theirs));
  const byClock = medianRatio(rounds.map(({ ours, theirs }): Pair => [ours.perSecond, theirs.perSecond]));
  const [ours, theirs] = [0, 1].map((side) => Math.round(median(pairs.map((pair) => pair[side] ?? NaN))));
  const note =
    `${ours} against ${theirs} admissions for each second of processor time, half of the ${rounds.length} rounds ` +
    `between ${low.toFixed(2)} and ${high.toFixed(2)}; ${byClock.toFixed(2)} by the clock`;
  return { name, value: medianRatio(pairs), note };
};

class AdmissionBench {
  readonly #body = review();
  readonly #generator: Generator;
  readonly #servers: Servers;
  #nextWorkload = 0;

  constructor(generator: Generator, servers: Servers) {
    this.#generator = generator;
    this.#servers = servers;
  }

  #target({ port }: RunningServer, seconds: number): Parameters<Generator['closed']>[0] {
    return { port, body: this.#body, connections, seconds, ...familiar };
  }

  /** Workloads that no round before has asked for. */
  #unfamiliar(): Pick<Parameters<Generator['closed']>[0], 'firstWorkload' | 'workloads'> {
    this.#nextWorkload += manyWorkloads;
    return { firstWorkload: this.#nextWorkload, workloads: manyWorkloads };
  }

  async #throughput(
    server: RunningServer,
    seconds: number,
    workloads: object = familiar,
  ): Promise<Throughput> {
    const before = processorTime(server.pid);
    const round = await this.#generator.closed({ ...this.#target(server, seconds), ...workloads });
    const used = (processorTime(server.pid) - before) / 1000;
    return { perCoreSecond: round.requests / used, perSecond: round.requests / round.seconds };
  }

  async #p99(server: RunningServer, rate: number): Promise<number> {
    const target = { ...this.#target(server, latencySeconds), rate };
    return percentile(await this.#generator.open(target), 99);
  }

  /** A server that is fast because it refuses would be measured too. */
  async check(): Promise<void> {
    const { webhook, bare } = this.#servers;
    for (const [server, patched] of [
      [webhook, true],
      [bare, false],
    ] as const) {
      const answer = await this.#generator.ask(this.#target(server, 0));
      const { response } = JSON.parse(answer) as { response: { allowed: boolean; patch?: string } };
      if (!response.allowed || (response.patch !== undefined) !== patched)
        throw new Error(`a server of the bench does not do what it is measured for: ${answer}`);
    }
  }

  async warmUp(): Promise<void> {
    const { webhook, bare } = this.#servers;
    await this.#throughput(bare, warmUpSeconds);
    await this.#throughput(webhook, warmUpSeconds, this.#unfamiliar());
    await this.#throughput(webhook, warmUpSeconds);
  }

  async throughput(): Promise<{ measurements: readonly Measurement[]; perSecond: number }> {
    const { webhook, bare } = this.#servers;
    const known: { ours: Throughput; theirs: Throughput }[] = [];
    const fresh: { ours: Throughput; theirs: Throughput }[] = [];
    for (let round = 0; round < throughputRounds; round += 1) {
      const [theirs, ours, oursFresh] = await inTurns(round, [
        () => this.#throughput(bare, throughputSeconds),
        () => this.#throughput(webhook, throughputSeconds),
        () => this.#throughput(webhook, throughputSeconds, this.#unfamiliar()),
      ]);
      if (theirs === undefined || ours === undefined || oursFresh === undefined) continue;
      known.push({ ours, theirs });
      fresh.push({ ours: oursFresh, theirs });
    }
    return {
      measurements: [compare('admission-throughput', known), compare('admission-throughput-new', fresh)],
      perSecond: median(known.map(({ ours }) => ours.perSecond)),
    };
  }

  async latency(rate: number): Promise<Measurement> {
    const { webhook, bare } = this.#servers;
    const rounds: Pair[] = [];
    for (let round = 0; round < latencyRounds; round += 1) {
      const [ours = NaN, theirs = NaN] = await inTurns(round, [
        () => this.#p99(webhook, rate),
        () => this.#p99(bare, rate),
      ]);
      rounds.push([ours, theirs]);
    }
    const [ours, theirs] = [0, 1].map((side) => median(rounds.map((pair) => pair[side] ?? NaN)).toFixed(2));
    const note = `${ours} ms against ${theirs} ms, both at ${Math.round(rate)} admissions a second, each counted from when it was due`;
    return { name: 'admission-p99', value: medianRatio(rounds), note };
  }
}

/** Measures the webhook's throughput and latency against the bare handler's. */
export const measureAdmission = async (options: {
  readonly folder: string;
  readonly webhookProgram: string;
}): Promise<readonly Measurement[]> => {
  const servers = await startServers(options.folder, options.webhookProgram);
  const generator = new Generator();
  try {
    const bench = new AdmissionBench(generator, servers);
    await bench.check();
    await bench.warmUp();
    const { measurements, perSecond } = await bench.throughput();
    return [...measurements, await bench.latency(perSecond / 2)];
  } finally {
    await Promise.all([generator.stop(), servers.webhook.stop(), servers.bare.stop()]);
  }
};
