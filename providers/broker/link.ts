import type { FeedEvent, WatchedSource } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { PlanSource, PlanStore } from '../../lib/plan.ts';
import { err } from '../../lib/result.ts';
import type { Provider, ProviderContext, ReadOutcome } from '../provider.ts';
import { documentOf, failureOf } from './answers.ts';
import { outcomeCode, type Door } from './door.ts';
import { FeedLoop, type Watch } from './feed-loop.ts';
import { postSecrets } from './post.ts';
import type { Trust } from './trust.ts';
import { Turns } from './turns.ts';
import { brokerRead, WatchedSecret, type Moment, type Told } from './watched.ts';

export interface LinkOptions {
  readonly door: Door;
  readonly trust: Trust;
  /** How many stores go through it. */
  readonly stores: number;
  readonly random: () => number;
  readonly onClose: () => void;
}

/** How long the feed waits for stores whose first reads take their time, in milliseconds; then they get another feed. */
const patience = 5_000;

/** One store of those that share the link. */
interface Shelf {
  readonly store: PlanStore;
  readonly context: ProviderContext;
  readonly secrets: Map<PlanSource, WatchedSecret>;
  followed: readonly PlanSource[] | undefined;
}

/** A source that a feed watches. */
interface Place {
  readonly shelf: Shelf;
  readonly source: PlanSource;
  readonly secret: WatchedSecret;
}

const momentOf = (clock: Clock): Moment => ({ wall: clock.now(), monotonic: clock.monotonic() });

/** What leads to the broker, shared by all stores of a plan that go through it: the requests, and one feed. */
export class BrokerLink {
  readonly #options: LinkOptions;
  readonly #shelves: Shelf[] = [];
  readonly #turns: Turns;
  readonly #clock: Clock;
  readonly #feed: FeedLoop;
  readonly #over = new AbortController();
  #closed = 0;

  /** @param context of any of the stores: what they have in common is taken from it */
  constructor(options: LinkOptions, context: ProviderContext) {
    const { clock, log } = context;
    const { door, random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#turns = new Turns(clock);
    const record: ProviderContext['record'] = (request) => {
      context.record(request);
    };
    this.#feed = new FeedLoop({ door, clock, log, random, record, watch: () => this.#watch() });
  }

  open(store: PlanStore, context: ProviderContext): Provider {
    const shelf: Shelf = { store, context, secrets: new Map(), followed: undefined };
    this.#shelves.push(shelf);
    this.#options.trust.join(context.session);
    const feed = this.#feed;
    return {
      read: (sources, signal, { fresh = false } = {}) => this.#read(shelf, sources, { signal, fresh }),
      follow: (sources) => {
        this.#follow(shelf, sources);
      },
      get feed() {
        return feed.isOpen ? 'open' : 'closed';
      },
      close: () => {
        this.#close();
      },
    };
  }

  /** What is known needs no request. */
  async #read(
    shelf: Shelf,
    sources: readonly PlanSource[],
    { signal, fresh }: { readonly signal: AbortSignal; readonly fresh: boolean },
  ): Promise<readonly ReadOutcome[]> {
    const now = momentOf(this.#clock);
    const wanted = sources.map((source) => {
      const secret = this.#secret(shelf, source);
      return { secret, known: fresh ? undefined : secret.recall(now, this.#feed.isOpen) };
    });
    const asked = wanted.filter(({ known }) => known === undefined).map(({ secret }) => secret);
    const answered = await this.#ask(shelf, asked, { signal, fresh });
    const outcomes = answered[Symbol.iterator]();
    return wanted.flatMap(({ known }) => {
      const outcome = known ?? outcomes.next().value;
      return outcome === undefined ? [] : [outcome];
    });
  }

  async #ask(
    { context }: Shelf,
    secrets: readonly WatchedSecret[],
    how: { readonly signal: AbortSignal; readonly fresh: boolean },
  ): Promise<readonly ReadOutcome[]> {
    if (secrets.length === 0) return [];
    const { door } = this.#options;
    const clock = this.#clock;
    const before = secrets.map(({ events }) => events);
    const start = clock.monotonic();
    const reads = secrets.map(({ read }) => read);
    const answer = await this.#turns.take(() => postSecrets(reads, { door, clock, ...how }));
    const seconds = (clock.monotonic() - start) / 1_000;
    context.record({ provider: 'broker', operation: 'secrets', outcome: outcomeCode(answer), seconds });
    if (!answer.ok) return secrets.map(() => answer);
    const now = momentOf(clock);
    const { value: outcomes } = answer;
    return secrets.flatMap((secret, at) =>
      outcomes.slice(at, at + 1).map((outcome) => secret.answer(outcome, before[at] ?? 0, now)),
    );
  }

  #secret({ store, context, secrets }: Shelf, source: PlanSource): WatchedSecret {
    const known = secrets.get(source);
    if (known !== undefined) return known;
    const what = { read: brokerRead(store, source), intervalSeconds: source.intervalSeconds };
    const secret = new WatchedSecret(what, context.held?.(source), momentOf(this.#clock));
    secrets.set(source, secret);
    return secret;
  }

  #follow(shelf: Shelf, sources: readonly PlanSource[]): void {
    Object.assign(shelf, { followed: sources });
    const following = this.#shelves.filter(({ followed }) => followed !== undefined).length;
    if (following === this.#options.stores) this.#feed.start();
    else if (following === 1) {
      const start = (): void => {
        this.#feed.start();
      };
      this.#clock.sleep(patience, this.#over.signal).then(start, () => undefined);
    }
  }

  #watch(): Watch {
    const sources: WatchedSource[] = [];
    const places: Place[] = [];
    for (const shelf of this.#shelves)
      for (const source of shelf.followed ?? []) {
        const secret = this.#secret(shelf, source);
        const { watched } = secret;
        if (watched === undefined) continue;
        sources.push(watched);
        places.push({ shelf, source, secret });
      }
    return { sources, tell: (event) => this.#tell(event, places) };
  }

  #tell(event: FeedEvent, places: readonly Place[]): boolean {
    switch (event.event) {
      case 'secret': {
        const document = documentOf(event.secret, this.#clock.now());
        return document !== undefined && this.#announce({ ok: true, value: document }, [event.index], places);
      }
      case 'error':
        return this.#announce(err(failureOf(event.error)), [event.index], places);
      case 'same':
        return this.#announce('same', event.indexes, places);
      case 'trust':
        this.#options.trust.learn(event.bundle);
        return true;
      case 'open':
      case 'beat':
      case 'end':
        return true;
    }
  }

  /** False where an index is that of no place. */
  #announce(told: Told, indexes: readonly number[], places: readonly Place[]): boolean {
    const concerned = indexes.flatMap((index) => places[index] ?? []);
    if (concerned.length !== indexes.length) return false;
    const now = momentOf(this.#clock);
    const news = Map.groupBy(
      concerned.filter(({ secret }) => secret.tell(told, now)),
      ({ shelf }) => shelf,
    );
    for (const [{ context }, found] of news) context.onNews?.(found.map(({ source }) => source));
    return true;
  }

  /** The last store closes it. */
  #close(): void {
    this.#closed += 1;
    if (this.#closed < this.#shelves.length) return;
    this.#over.abort();
    this.#feed.close();
    this.#options.onClose();
  }
}
