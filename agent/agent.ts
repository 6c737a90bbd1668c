import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../lib/log.ts';
import type { Plan, PlanStore } from '../lib/plan.ts';
import type { OpenPlanStore } from './providers.ts';
import { BoundedStore } from './bounded-store.ts';
import { ConfigMaps } from './config-maps.ts';
import { providerContext, type ContextOptions } from './context.ts';
import { spreadFactor } from './core/schedule.ts';
import type { PodIdentitySettings } from './core/settings.ts';
import { describeThrown } from '../lib/thrown.ts';
import { noTemplates, type Templates } from './core/tools.ts';
import { followForceSync } from './force-sync.ts';
import { Handover } from './handover.ts';
import { Intake } from './intake.ts';
import { Lane, type Pass } from './lane.ts';
import { Memories } from './memories.ts';
import { MetricsRecorder } from './metrics/recorder.ts';
import type { AgentPaths } from './paths.ts';
import type { FileSystem } from './publish/file-system.ts';
import { Publisher } from './publish/publisher.ts';
import { revokeLeases } from './revocation.ts';
import { Rotation } from './rotation.ts';
import { Standing } from './standing.ts';
import { StateFile } from './state-file.ts';
import type { LaneSource } from './timetable.ts';
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
  readonly openStore: OpenPlanStore;
  /** What renders the plan's templates. Default: it has none. */
  readonly templates?: Templates;
  readonly podIdentity?: PodIdentitySettings;
  /** 0 to 1, without 1. */
  readonly random: () => number;
  /** 16 hexadecimal digits, different each time. */
  readonly randomName: () => string;
  readonly stop: AbortSignal;
  /** Whether every source is read at once, also where the state file has a fresh document. Leases that live are kept all the same. */
  readonly readAnew: boolean;
  /** Whether stores that can are to tell of what changes. */
  readonly follows: boolean;
  /** Whether leases are revoked at the end, once there is a generation. */
  readonly revokes: boolean;
}

/** A store of the plan, and who reads it. */
interface StoreLane {
  readonly store: PlanStore;
  readonly access: BoundedStore;
  readonly lane: Lane;
}

/** The parts of a running agent, put together: a lane for each store, and what they feed. */
export class Agent {
  readonly memories: Memories;
  readonly rotation: Rotation;
  readonly metrics: MetricsRecorder;
  readonly #options: AgentOptions;
  readonly #handover: Handover;
  readonly #standing: Standing;
  readonly #upkeep: Waker;
  readonly #allRead = Promise.withResolvers<undefined>();
  readonly #intake: Intake;
  readonly #configMaps: ConfigMaps;
  #lanes: readonly StoreLane[] = [];

  constructor(options: AgentOptions) {
    const { plan, paths, fileSystem, clock, log, stop } = options;
    this.#options = options;
    const templates = options.templates ?? noTemplates;
    const memories = new Memories(plan, clock, templates);
    const stateFile = new StateFile({ path: paths.state, fileSystem, log });
    const handover = new Handover({ plan, memories, stateFile, log });
    const publisher = new Publisher({ folder: paths.secrets, fileSystem, clock, random: options.randomName });
    const rotation = new Rotation({ plan, memories, handover, publisher, clock, log });
    this.memories = memories;
    this.rotation = rotation;
    this.#handover = handover;
    this.#standing = new Standing({ ...options, memories, handover, rotation, lanes: () => this.#lanes });
    this.metrics = new MetricsRecorder(() => ({
      generation: handover.generation,
      staleRefs: this.#standing.staleRefs(),
      lastSuccesses: this.#standing.lastSuccesses(),
    }));
    this.#intake = new Intake({ plan, memories, handover, metrics: this.metrics, log });
    this.#upkeep = new Waker(clock, stop);
    this.#configMaps = new ConfigMaps({
      folder: paths.configMaps,
      identity: paths.identity,
      texts: memories.texts,
      templates,
      clock,
      stop,
    });
  }

  /** Resolves when this process has had an answer for every source that has no lease to go on with. */
  get allRead(): Promise<undefined> {
    return this.#allRead.promise;
  }

  /** Takes over what an earlier process left. */
  async begin(): Promise<void> {
    // Documents of an earlier process are of use only with the templates that they go into.
    await this.#configMaps.look();
    this.#handover.restore();
    this.rotation.begin();
    this.#lanes = this.#options.plan.stores.map((store, index) => this.#makeLane(store, index));
    this.#noteReads();
  }

  /** Reads and publishes until the agent stops, then ends what is to end with it; rejects only where there is a bug. */
  async run(): Promise<void> {
    const onText = (): void => {
      this.#handover.save();
      this.#advance();
    };
    await Promise.all([
      ...this.#lanes.map(({ lane }) => lane.run()),
      this.#keepUp(),
      this.#configMaps.follow(onText),
    ]);
    if (this.#options.revokes && this.rotation.hasGeneration) {
      const { log } = this.#options;
      await revokeLeases({ stores: this.#lanes, memories: this.memories, handover: this.#handover, log });
    }
    for (const { access } of this.#lanes) access.close();
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
        this.refreshNow();
      },
    });
  }

  /** Reads everything at once; credentials are replaced. */
  refreshNow(): void {
    for (const { lane } of this.#lanes) lane.readNow();
  }

  /** What `/status` shows; no values. */
  status(): object {
    return this.#standing.status();
  }

  async #keepUp(): Promise<void> {
    while (!this.#options.stop.aborted) await this.#upkeep.sleep(this.rotation.upkeep());
  }

  #makeLane(store: PlanStore, storeIndex: number): StoreLane {
    const { plan, clock, random, stop, podUid, follows } = this.#options;
    const sources = plan.sources.flatMap((source, index) =>
      source.store === storeIndex ? [this.#laneSource(index, source)] : [],
    );
    const access = this.#openable(store, (news) => {
      lane.announce(news);
    });
    const lane: Lane = new Lane({
      sources,
      store: access,
      clock,
      random,
      spread: spreadFactor(podUid),
      stop,
      follows,
      isStarting: () => !this.rotation.hasGeneration,
      leaseOf: (index) => this.memories.lease(index),
      onPass: (pass) => this.#takePass(store, pass),
    });
    return { store, access, lane };
  }

  #openable(store: PlanStore, onNews: ContextOptions['onNews']): BoundedStore {
    const { plan, clock, log, stop, openStore } = this.#options;
    const held: ContextOptions['held'] = (source) => this.memories.document(plan.sources.indexOf(source));
    const parts = { ...this.#options, handover: this.#handover, metrics: this.metrics, held, onNews };
    return new BoundedStore({
      open: () => openStore(store, providerContext(parts, store)),
      clock,
      stop,
      onThrown: (error) => {
        log.error({ store: store.name, thrown: describeThrown(error) }, 'a provider failed unexpectedly');
      },
    });
  }

  #laneSource(index: number, source: LaneSource['source']): LaneSource {
    const memory = this.memories.all[index];
    const isKnown = memory !== undefined && (memory.document !== undefined || memory.gone);
    const isFresh = isKnown && !this.#options.readAnew;
    return { index, source, ageMs: isFresh ? this.#options.clock.now() - memory.fetchedAt : undefined };
  }

  /** The state file comes before the volume: what a failed publish or a crash leaves behind is never a lost login. */
  #takePass(store: PlanStore, pass: Pass): ReturnType<Intake['take']> {
    const errors = this.#intake.take(store, pass);
    this.#advance();
    this.#noteReads();
    return errors;
  }

  #advance(): void {
    this.rotation.advance();
    this.#upkeep.wake();
  }

  #noteReads(): void {
    if (this.memories.allRead) this.#allRead.resolve(undefined);
  }
}
