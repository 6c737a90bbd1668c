import type { WatchedSource } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok } from '../../lib/result.ts';
import type { SecretDocument } from '../../providers/provider.ts';
import type { AccessControl, Grant } from '../access/access.ts';
import { permitted, servedOutcome } from '../access/permitted.ts';
import { accessOf } from '../access/wanted.ts';
import { encodeSecret } from '../encoded.ts';
import type { Caller } from '../identity/identity.ts';
import type { Outflow } from '../outflow.ts';
import type { News, Upstream } from '../upstream/upstream.ts';
import type { FeedStream } from './outlet.ts';
import { Teller, type TellerOptions } from './teller.ts';
import { Watch } from './watch.ts';

export interface FeedOptions {
  readonly caller: Caller;
  readonly sources: readonly WatchedSource[];
  readonly stream: FeedStream;
  readonly upstream: Upstream;
  readonly access: AccessControl;
  readonly outflow: Outflow;
  readonly clock: Clock;
  /** Milliseconds from now until the feed ends by itself. */
  readonly lifetime: number;
  readonly account: TellerOptions['account'];
}

/** How long a reader may take nothing of what it is sent, in milliseconds. */
const longestStall = 30_000;

/** One agent's feed: follows its sources, as long as the agent may have them and reads what it is told. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #watches: readonly Watch[];
  readonly #teller: Teller;
  #endsAt: number;
  #closed = false;

  constructor(options: FeedOptions) {
    const { stream, outflow, caller, clock, sources, lifetime, account } = options;
    this.#options = options;
    this.#watches = sources.map((source, index) => new Watch(index, source, clock));
    this.#teller = new Teller({ stream, outflow, key: caller.namespace, clock, account });
    this.#endsAt = clock.monotonic() + lifetime;
  }

  get caller(): Caller {
    return this.#options.caller;
  }

  /** How many sources it follows. */
  get size(): number {
    return this.#watches.length;
  }

  /** Says hello and begins to follow the sources. */
  open(): void {
    this.#teller.hello(Math.floor(this.#options.lifetime / 1000));
    this.lookAgain();
  }

  /** Decides anew on every source: a store, an ExternalSecret or a rule may be another one. */
  lookAgain(): void {
    if (this.#closed) return;
    for (const watch of this.#watches) this.#follow(watch);
  }

  /** Tells the certificates to trust from now on. */
  trust(bundle: string): void {
    this.#teller.trust(bundle);
  }

  /** The reader has taken what was written. */
  drained(): void {
    this.#teller.drained();
  }

  /** Ends in so many milliseconds at the latest. */
  endWithin(milliseconds: number): void {
    this.#endsAt = Math.min(this.#endsAt, this.#options.clock.monotonic() + milliseconds);
  }

  /** To be called now and then. Says that it lives; what became of it, where it has to end. */
  tick(heartbeat: number): 'open' | 'ended' | 'stalled' {
    if (this.#options.clock.monotonic() >= this.#endsAt) {
      this.end();
      return 'ended';
    }
    if (this.#teller.stalledFor >= longestStall) {
      this.#release();
      this.#teller.cut();
      return 'stalled';
    }
    for (const watch of this.#watches) if (watch.repeat()) this.#teller.tellAgain(watch);
    this.#teller.beat(heartbeat);
    return 'open';
  }

  /** Ends the feed as planned: the agent opens another one. */
  end(): void {
    if (this.#closed) return;
    this.#release();
    this.#teller.end();
  }

  /** Leaves nothing behind; the stream has ended or is somebody else's to end. */
  close(): void {
    if (this.#closed) return;
    this.#release();
    this.#teller.close();
  }

  #release(): void {
    this.#closed = true;
    for (const watch of this.#watches) watch.close();
  }

  /** Follows a source if the caller may have it, and no more if not. */
  #follow(watch: Watch): void {
    const { access, caller } = this.#options;
    const decided = access.decide({ caller, read: watch.source });
    if (decided.ok) this.#subscribe(watch, decided.value);
    else this.#deny(watch, decided.error);
  }

  #subscribe(watch: Watch, grant: Grant): void {
    const { upstream, caller } = this.#options;
    const { source } = watch;
    // Of the same manifest: only the rule may be another one.
    if (watch.following?.grant.store === grant.store) {
      watch.following = { ...watch.following, grant };
      return;
    }
    watch.close();
    watch.denial = undefined;
    const subscription = upstream.subscribe(
      accessOf(caller, grant, source),
      source.intervalSeconds,
      (news) => {
        if (watch.following?.subscription === subscription) this.#hear(watch, news);
      },
      (document) => this.#contradicts(watch, grant, document),
    );
    watch.following = { grant, subscription };
  }

  /** Whether the reader comes with another document: one that another replica has read may be newer than what is known here. */
  #contradicts(watch: Watch, grant: Grant, document: SecretDocument): boolean {
    const { access, caller } = this.#options;
    const allowed = permitted(access, { caller, read: watch.source }, grant, document);
    return allowed.ok && watch.hasOther(encodeSecret(allowed.value.document));
  }

  /** What the upstream says, told on if the caller may have it at this moment. */
  #hear(watch: Watch, news: News): void {
    const heardOf = watch.following?.subscription;
    this.#follow(watch);
    // Of a store that is another one by now there is nothing to tell: the new subscription brings its own.
    if (watch.following === undefined || watch.following.subscription !== heardOf) return;
    const { grant } = watch.following;
    const served = news.kind === 'same' ? ok(news.document) : news.served;
    if (served.ok) {
      this.#receive(watch, grant, served.value);
      return;
    }
    const { error } = served;
    const outcome = { outcome: 'failed', code: error.code, rule: grant.rule } as const;
    this.#teller.tell(watch, { kind: 'error', error }, outcome);
  }

  #receive(watch: Watch, grant: Grant, document: SecretDocument): void {
    const { access, caller } = this.#options;
    const allowed = permitted(access, { caller, read: watch.source }, grant, document);
    if (!allowed.ok) {
      this.#tellDenial(watch, allowed.error);
      return;
    }
    watch.denial = undefined;
    const secret = encodeSecret(allowed.value.document);
    if (!watch.isNews(secret)) {
      this.#teller.tell(watch, { kind: 'same' });
      return;
    }
    this.#teller.tell(watch, { kind: 'secret', secret }, servedOutcome(allowed.value));
  }

  #deny(watch: Watch, error: ProviderError): void {
    watch.close();
    this.#tellDenial(watch, error);
  }

  /** Once, as long as it is for the same reason. */
  #tellDenial(watch: Watch, error: ProviderError): void {
    if (watch.denial === error.message) return;
    watch.denial = error.message;
    const outcome = { outcome: 'denied', code: error.code, reason: error.message } as const;
    this.#teller.tell(watch, { kind: 'error', error }, outcome);
  }
}
