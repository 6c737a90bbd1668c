import { ok } from '../../lib/result.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import type { SecretDocument } from '../../providers/provider.ts';
import type { Askers } from './askers.ts';
import type { Ending } from './calls.ts';
import type { Entries } from './entries.ts';
import { Flight, type Asker } from './flight.ts';
import { madeNothing, type Issuance } from './issuance.ts';
import type { LeaseCare } from './lease-care.ts';
import type { Subscribers } from './subscribers.ts';
import type { Traffic } from './traffic.ts';

export interface LandingOptions {
  readonly traffic: Traffic;
  readonly askers: Askers;
  readonly subscribers: Subscribers;
  readonly entries: Entries;
  readonly issuance: Issuance;
  readonly care: LeaseCare;
  readonly random: () => number;
}

const isSame = (before: SecretDocument, now: SecretDocument): boolean =>
  before === now ||
  (before.lease === undefined && now.lease === undefined && before.bytes.reveal().equals(now.bytes.reveal()));

/** What an answer of the store means for those who wait and those who subscribe. */
export class Landing {
  readonly #options: LandingOptions;

  constructor(options: LandingOptions) {
    this.#options = options;
  }

  /** Takes what one call brought. */
  land(endings: readonly (readonly [Flight, Ending])[]): void {
    // One draw for all: what was read together is due together again, in one request where the store can.
    const draw = this.#options.random();
    for (const [flight, ending] of endings) this.#landOne(flight, ending, draw);
  }

  #landOne(flight: Flight, ending: Ending, draw: number): void {
    // Not before: whoever asks for something fresh while others are told does not get what has been read already.
    flight.isUnderWay = false;
    if (madeNothing(ending)) this.#options.issuance.giveBack(flight);
    if (!flight.isWanted) this.#discard(flight, ending);
    else if (ending.kind === 'stopped') this.#again(flight);
    else if (!ending.outcome.ok) this.#fail(flight, ending.outcome.error, draw);
    else if (ending.kind === 'checked') this.#checked(flight, ending.outcome.value, draw);
    else this.#read(flight, ending.outcome.value, draw);
  }

  /** It was called back, and then somebody wanted it after all. */
  #again(flight: Flight): void {
    const { issuance, traffic } = this.#options;
    // What was on its way may have come to its end at the backend.
    issuance.count(flight);
    traffic.enqueue(flight);
  }

  /** Nobody wants it any more. */
  #discard({ entry }: Flight, ending: Ending): void {
    const { entries, traffic } = this.#options;
    if (ending.kind === 'read' && ending.outcome.ok) entries.wipe(ending.outcome.value);
    entry.flight = undefined;
    traffic.after(entry);
  }

  #fail(flight: Flight, error: ProviderError, draw: number): void {
    const { traffic, askers } = this.#options;
    const { entry } = flight;
    entry.flight = undefined;
    entry.fail(error, traffic.moment.now, draw);
    askers.settle(flight, { ok: false, error });
    entry.audience.tellError(error);
    traffic.after(entry);
  }

  #checked(flight: Flight, found: 'same' | 'changed' | undefined, draw: number): void {
    const { document } = flight.entry;
    // Whoever held the document may have left meanwhile, or somebody may want a fresh one.
    if (found === 'same' && document !== undefined) {
      this.#options.issuance.giveBack(flight);
      this.#take(flight, document, draw);
      return;
    }
    flight.mustRead = true;
    this.#options.traffic.enqueue(flight);
  }

  #read(flight: Flight, document: SecretDocument, draw: number): void {
    const { entries, care } = this.#options;
    const { entry } = flight;
    const { lease } = document;
    if (lease !== undefined) care.note(lease);
    if (lease !== undefined || entry.podUid !== undefined) entries.learn(entry.wanted, lease !== undefined);
    if (lease !== undefined && entry.podUid === undefined) this.#split(flight, document, draw);
    else this.#take(flight, document, draw);
  }

  #take(flight: Flight, document: SecretDocument, draw: number): void {
    const { entries, traffic, askers, subscribers } = this.#options;
    const { entry } = flight;
    const before = entry.document;
    const same = before !== undefined && isSame(before, document);
    // The same object for everybody as long as it says the same.
    const held = same && before.version === document.version ? before : document;
    if (held !== document) entries.wipe(document);
    if (entry.flight === flight) entry.flight = undefined;
    entries.wipe(entry.hold(held, traffic.moment.now, draw));
    askers.settle(flight, ok(held));
    for (const satisfied of entry.audience.tell(held, same)) subscribers.leave(satisfied);
    traffic.after(entry);
  }

  /** What several pods read together turned out to be one credential: it is the first one's, the others read for themselves. */
  #split(flight: Flight, document: SecretDocument, draw: number): void {
    const { entries, traffic, askers, subscribers, issuance } = this.#options;
    const { entry } = flight;
    const { wanted } = entry;
    const waiting = [...flight.askers, ...(entry.next?.askers ?? [])];
    const owner = ownerOf(flight);
    const isOwned = (asker: Asker): boolean => asker.podUid === owner && asker.flight === flight;
    traffic.forget(entry);
    entries.wipe(entry.giveUp());
    for (const member of entry.audience.members) {
      entry.audience.delete(member);
      const own = entries.obtain(wanted, member.podUid);
      if (member.podUid !== owner) own.lookSoon();
      subscribers.enter(member, own);
    }
    const owned = new Flight(entries.obtain(wanted, owner), false);
    issuance.count(owned);
    const others = waiting.filter((asker) => !isOwned(asker));
    for (const asker of waiting.filter(isOwned)) {
      owned.askers.add(asker);
      asker.flight = owned;
    }
    this.#take(owned, document, draw);
    for (const asker of others) {
      asker.flight = undefined;
      askers.ask(asker, wanted);
    }
  }
}

/** The pod that a credential is for: that of whoever asked first. */
const ownerOf = ({ askers, entry }: Flight): string => {
  for (const { podUid } of askers) return podUid;
  return entry.audience.members[0]?.podUid ?? '';
};
