import { providerError } from '../../lib/provider-error.ts';
import { err } from '../../lib/result.ts';
import type { Store } from '../../lib/stores/store.ts';
import { storeIdentity, storePlace } from './core/identity.ts';
import { intervalOf } from './core/timing.ts';
import { Issuance } from './issuance.ts';
import { KeptAnswers } from './kept-answers.ts';
import { Lane } from './lane.ts';
import { defaultLimits, type Settings, type UpstreamOptions } from './settings.ts';
import type { Access, Contradicts, News, Served, Subscription, Upstream } from './upstream.ts';
import { Wiper } from './wiper.ts';

const stopped = err(providerError('unavailable', 'the broker is stopping'));
const nothing: Subscription = { close: () => undefined };

/** Every store that is in use, a lane each, and what they share: the room for what was read lately. */
class Lanes implements Upstream {
  readonly #settings: Settings;
  readonly #wiper = new Wiper();
  readonly #kept: KeptAnswers;
  readonly #issuance: Issuance;
  readonly #lanes = new Map<string, Lane>();
  /** The identity that a store had last, by its place. */
  readonly #latest = new Map<string, string>();
  #count = 0;
  #isClosed = false;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#kept = new KeptAnswers(settings, this.#wiper);
    this.#issuance = new Issuance(settings.limits.issuance, settings.clock);
  }

  read(access: Access, options: Parameters<Upstream['read']>[1]): Promise<Served> {
    return this.#isClosed ? Promise.resolve(stopped) : this.#laneOf(access.store).read(access, options);
  }

  subscribe(
    access: Access,
    intervalSeconds: number,
    listener: (news: News) => void,
    contradicts?: Contradicts,
  ): Subscription {
    if (this.#isClosed) return nothing;
    const lane = this.#laneOf(access.store);
    return lane.subscribe(access, { intervalMs: intervalOf(intervalSeconds), listener, contradicts });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    await Promise.all(lanes.map((lane) => lane.close()));
    await this.#kept.close();
    this.#wiper.flush();
  }

  #laneOf(store: Store): Lane {
    const identity = storeIdentity(store);
    const known = this.#lanes.get(identity);
    if (known !== undefined) return known;
    this.#count += 1;
    const { lanes, place } = { lanes: this.#lanes, place: storePlace(store) };
    const lane = new Lane({
      id: String(this.#count),
      store,
      settings: this.#settings,
      kept: this.#kept,
      wiper: this.#wiper,
      issuance: this.#issuance,
      onEnd: () => {
        lanes.delete(identity);
        if (this.#latest.get(place) === identity) this.#latest.delete(place);
      },
    });
    lanes.get(this.#latest.get(place) ?? '')?.retire();
    lanes.set(identity, lane);
    this.#latest.set(place, identity);
    return lane;
  }
}

/**
 * Opens the reading side of the broker: requests to backends are shared, bounded in rate, and made in turns; what was read is kept for seconds, and as
 * long as somebody subscribes to it. Close it at the end.
 */
export const openUpstream = (options: UpstreamOptions): Upstream =>
  new Lanes({ ...options, limits: { ...defaultLimits, ...options.limits } });
