import type { Clock } from '../lib/clock.ts';
import type { Plan } from '../lib/plan.ts';
import type { BoundedStore } from './bounded-store.ts';
import {
  brokerStatus,
  countStale,
  lastSuccesses,
  refStatuses,
  type NextStep,
  type Situation,
} from './core/status.ts';
import type { Handover } from './handover.ts';
import type { Lane } from './lane.ts';
import type { Memories } from './memories.ts';
import type { Rotation } from './rotation.ts';

export interface StandingOptions {
  readonly plan: Plan;
  /** Name of the plan in `/status`. */
  readonly planHash: string;
  readonly clock: Clock;
  readonly memories: Memories;
  readonly handover: Handover;
  readonly rotation: Rotation;
  /** By the store's index in the plan. */
  readonly lanes: () => readonly { readonly access: BoundedStore; readonly lane: Lane }[];
}

/** How an agent stands, for whoever asks it: `/status` and its metrics. */
export class Standing {
  readonly #options: StandingOptions;

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  /** What `/status` shows; no values. */
  status(): object {
    const { plan, planHash, rotation, handover, lanes } = this.#options;
    return {
      plan: planHash,
      lifecycle: plan.lifecycle,
      ready: rotation.hasGeneration,
      generation: handover.generation,
      volume: rotation.problem?.message ?? null,
      broker: brokerStatus(
        plan,
        lanes().map(({ access }) => access.feed),
      ),
      refs: refStatuses(this.#situation(), (source) => this.#nextStep(source)),
    };
  }

  /** With a volume that cannot be written no file is known to be what its source says now. */
  staleRefs(): number {
    const { plan, rotation } = this.#options;
    return rotation.problem === undefined ? countStale(this.#situation()) : plan.files.length;
  }

  lastSuccesses(): ReturnType<typeof lastSuccesses> {
    return lastSuccesses(this.#situation());
  }

  #situation(): Situation {
    const { plan, clock, rotation, memories } = this.#options;
    const { all, renderings, reports } = memories;
    const leases = plan.sources.map((_source, index) => memories.lease(index));
    return {
      plan,
      memories: all,
      renderings,
      reports,
      leases,
      origins: rotation.origins,
      now: clock.now(),
    };
  }

  #nextStep(source: number): NextStep {
    const store = this.#options.plan.sources[source]?.store ?? -1;
    return (
      this.#options.lanes()[store]?.lane.next(source) ?? { action: 'read', inMs: Number.POSITIVE_INFINITY }
    );
  }
}
