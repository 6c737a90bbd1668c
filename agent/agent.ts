import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Plan, PlanStore } from '../lib/plan.ts';
import type { ProviderError } from '../lib/provider-error.ts';
import type { OpenProvider } from '../providers/provider.ts';
import { providerContext } from './context.ts';
import { groupFailures } from './core/failed-reads.ts';
import { spreadFactor } from './core/schedule.ts';
import { countStale, lastSuccesses, refStatuses, type Situation } from './core/status.ts';
import { describeThrown } from './core/thrown.ts';
import { followForceSync } from './force-sync.ts';
import { Handover } from './handover.ts';
import { Lane, type LaneSource, type Pass } from './lane.ts';
import { Memories } from './memories.ts';
import { MetricsRecorder } from './metrics/recorder.ts';
import type { AgentPaths } from './paths.ts';
import type { FileSystem } from './publish/file-system.ts';
import { Publisher } from './publish/publisher.ts';
import { Rotation } from './rotation.ts';
import { StateFile } from './state-file.ts';
import { Waker } from './waker.ts';

export interface AgentOptions {
  readonly plan: Plan;
  /** Name of the plan in `/status`. */
  readonly planHash: string;
  readonly podUid: string;
  readonly paths: AgentPaths;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly log: Logger;
  readonly openStore: OpenProvider;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  /** 16 hexadecimal digits, different each time. */
  readonly randomName: () => string;
  readonly stop: AbortSignal;
  /** Whether every source is read at once, also where the state file has a fresh document. */
  readonly readAnew: boolean;
}

/** The parts of a running agent, put together: a lane for each store, and what they feed. */
export class Agent {
  readonly memories: Memories;
  readonly rotation: Rotation;
  readonly metrics: MetricsRecorder;
  readonly #options: AgentOptions;
  readonly #handover: Handover;
  readonly #upkeep: Waker;
  readonly #allRead = Promise.withResolvers<undefined>();
  #lanes: readonly Lane[] = [];

  constructor(options: AgentOptions) {
    const { plan, paths, fileSystem, clock, log, stop } = options;
    this.#options = options;
    this.memories = new Memories(plan, clock);
    const stateFile = new StateFile({ path: paths.state, fileSystem, log });
    this.#handover = new Handover({ plan, memories: this.memories, stateFile, log });
    const publisher = new Publisher({ folder: paths.secrets, fileSystem, clock, random: options.randomName });
    const { memories } = this;
    this.rotation = new Rotation({ plan, memories, handover: this.#handover, publisher, clock, log });
    this.metrics = new MetricsRecorder(() => ({
      generation: this.#handover.generation,
      staleRefs: this.#staleRefs(),
      lastSuccesses: lastSuccesses(this.#situation()),
    }));
    this.#upkeep = new Waker(clock, stop);
  }

  /** Resolves when this process has had an answer for every source. */
  get allRead(): Promise<undefined> {
    return this.#allRead.promise;
  }

  /** Takes over what an earlier process left. */
  begin(): void {
    this.#handover.restore();
    this.rotation.begin();
    this.#lanes = this.#options.plan.stores.map((store, index) => this.#makeLane(store, index));
  }

  /** Reads and publishes until the agent stops; rejects only where there is a bug. */
  async run(): Promise<void> {
    await Promise.all([...this.#lanes.map((lane) => lane.run()), this.#keepUp()]);
  }

  /** Watches the `force-sync` annotation until the agent stops. */
  async followForceSync(): Promise<void> {
    const { paths, clock, log, stop } = this.#options;
    await followForceSync({
      file: paths.forceSync,
      folder: paths.identity,
      handover: this.#handover,
      clock,
      log,
      stop,
      refresh: () => {
        for (const lane of this.#lanes) lane.readNow();
      },
    });
  }

  /** What `/status` shows; no values. */
  status(): object {
    const { plan, planHash } = this.#options;
    return {
      plan: planHash,
      lifecycle: plan.lifecycle,
      ready: this.rotation.hasGeneration,
      generation: this.#handover.generation,
      volume: this.rotation.problem?.message ?? null,
      refs: refStatuses(this.#situation(), (source) => this.#untilRead(source)),
    };
  }

  /** With a volume that cannot be written no file is known to be what its source says now. */
  #staleRefs(): number {
    const { problem } = this.rotation;
    return problem === undefined ? countStale(this.#situation()) : this.#options.plan.files.length;
  }

  #situation(): Situation {
    const { plan, clock } = this.#options;
    const { all: memories, reports } = this.memories;
    return { plan, memories, reports, origins: this.rotation.origins, now: clock.now() };
  }

  #untilRead(source: number): number {
    const store = this.#options.plan.sources[source]?.store ?? -1;
    return this.#lanes[store]?.untilRead(source) ?? Number.POSITIVE_INFINITY;
  }

  async #keepUp(): Promise<void> {
    while (!this.#options.stop.aborted) await this.#upkeep.sleep(this.rotation.upkeep());
  }

  #makeLane(store: PlanStore, storeIndex: number): Lane {
    const { plan, clock, log, random, stop, podUid, openStore } = this.#options;
    const sources = plan.sources.flatMap((source, index) =>
      source.store === storeIndex ? [this.#laneSource(index, source)] : [],
    );
    const parts = { ...this.#options, handover: this.#handover, metrics: this.metrics };
    return new Lane({
      sources,
      open: () => openStore(store, providerContext(parts, store)),
      clock,
      random,
      spread: spreadFactor(podUid),
      stop,
      isStarting: () => !this.rotation.hasGeneration,
      onPass: (pass) => this.#takePass(store, pass),
      onThrown: (error) => {
        log.error({ store: store.name, thrown: describeThrown(error) }, 'a provider failed unexpectedly');
      },
    });
  }

  #laneSource(index: number, source: LaneSource['source']): LaneSource {
    const fetchedAt = this.memories.all[index]?.fetchedAt;
    const known = fetchedAt !== undefined && !this.#options.readAnew;
    return { index, source, ageMs: known ? this.#options.clock.now() - fetchedAt : undefined };
  }

  /** The state file comes before the volume: what a failed publish or a crash leaves behind is never a lost login. */
  #takePass(store: PlanStore, { reads, seconds }: Pass): readonly (ProviderError | undefined)[] {
    const { plan, log } = this.#options;
    const results = reads.map(({ index, outcome }) => ({
      key: plan.sources[index]?.key ?? '',
      error: this.memories.take(index, outcome),
    }));
    const failed = groupFailures(results);
    for (const { keys, error } of failed)
      log.warn({ store: store.name, keys, code: error.code }, error.message);
    this.metrics.refresh({ outcome: failed[0]?.error.code ?? 'ok', seconds });
    this.#handover.save();
    this.rotation.advance();
    this.#upkeep.wake();
    if (this.memories.allRead) this.#allRead.resolve(undefined);
    return results.map(({ error }) => error);
  }
}
