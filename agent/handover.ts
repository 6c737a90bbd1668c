import type { Logger } from '../lib/log.ts';
import type { Plan, PlanStore } from '../lib/plan.ts';
import { Redacted } from '../lib/redacted.ts';
import type { Session } from '../providers/provider.ts';
import { storeIdentity } from './core/identity.ts';
import type { Memories } from './memories.ts';
import type { StateFile } from './state-file.ts';

export interface HandoverOptions {
  readonly plan: Plan;
  readonly memories: Memories;
  readonly stateFile: StateFile;
  readonly log: Logger;
}

/** What one process of the pod hands to the next: documents, logins, and how far it came. */
export class Handover {
  readonly #options: HandoverOptions;
  readonly #sessions = new Map<string, Redacted<string>>();
  #generation = 0;
  #forceSync: string | undefined;

  constructor(options: HandoverOptions) {
    this.#options = options;
  }

  /** How many generations this pod's agents have published. */
  get generation(): number {
    return this.#generation;
  }

  /** The digest of the last `force-sync` value that was acted upon. */
  get forceSync(): string | undefined {
    return this.#forceSync;
  }

  /** Takes over what the process before this one left. What is of another plan is not used. */
  restore(): void {
    const { plan, memories, stateFile, log } = this.#options;
    const state = stateFile.load();
    const stores = new Set(plan.stores.map(storeIdentity));
    for (const [store, text] of state.sessions) if (stores.has(store)) this.#sessions.set(store, text);
    this.#generation = state.generation;
    this.#forceSync = state.forceSync;
    const restored = memories.restore(state.sources, state.outputs);
    if (restored > 0) log.info({ restored, sources: plan.sources.length }, 'went on from the state file');
    else if (state.sources.length > 0) log.warn({}, 'nothing in the state file is of use for this plan');
  }

  /** What a store's provider keeps of its login. It is in the state file as soon as `save` returns. */
  session(store: PlanStore): Session {
    const identity = storeIdentity(store);
    return {
      load: () => this.#sessions.get(identity)?.reveal(),
      save: (text) => {
        this.#sessions.set(identity, new Redacted(text));
        this.save();
      },
    };
  }

  /** Forgets a store's login and the credentials that end with it. */
  forget(store: PlanStore): void {
    const { plan, memories } = this.#options;
    this.#sessions.delete(storeIdentity(store));
    memories.forgetWithLogin(plan.stores.indexOf(store));
    this.save();
  }

  countGeneration(): void {
    this.#generation += 1;
    this.save();
  }

  rememberForceSync(digest: string): void {
    this.#forceSync = digest;
    this.save();
  }

  save(): void {
    this.#options.stateFile.save({
      generation: this.#generation,
      forceSync: this.#forceSync,
      sessions: this.#sessions,
      sources: this.#options.memories.remembered(),
      outputs: this.#options.memories.rememberedOutputs(),
    });
  }
}
