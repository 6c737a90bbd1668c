import type { WatchedSource } from '../../lib/broker/protocol.ts';
import type { Clock } from '../../lib/clock.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { ok } from '../../lib/result.ts';
import type { SecretDocument } from '../../providers/provider.ts';
import type { AccessControl, Grant } from '../access/access.ts';
import { permitted, servedOutcome } from '../access/permitted.ts';
import { accessOf } from '../access/wanted.ts';
import { notAudited, type AccessOutcome } from '../audit.ts';
import { encodeSecret, failureOf } from '../encoded.ts';
import type { Caller } from '../identity/identity.ts';
import type { Outflow } from '../outflow.ts';
import type { News, Upstream } from '../upstream/upstream.ts';
import { lineOf, secretLine } from './line.ts';
import { Outlet, type FeedStream } from './outlet.ts';
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
  /** Writes to the audit log what the reader is about to be told; false: it cannot be written. */
  readonly account: (outcomes: readonly SourceOutcome[]) => boolean;
}

/** What became of a source. */
export interface SourceOutcome {
  readonly source: WatchedSource;
  readonly result: AccessOutcome;
}

/** How long a reader may take nothing of what it is sent, in milliseconds. */
const longestStall = 30_000;

/** One agent's feed: what becomes of its sources, as long as the agent may have them and reads what it is told. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #watches: readonly Watch[];
  readonly #outlet: Outlet;
  /** Sources that the reader has to be told of. */
  readonly #dirty = new Set<Watch>();
  /** What has become of sources since the last flush. */
  readonly #outcomes = new Map<Watch, AccessOutcome>();
  #bundle: string | undefined;
  #endsAt: number;
  #flushing = false;
  #closed = false;

  constructor(options: FeedOptions) {
    const { stream, outflow, caller, clock, sources, lifetime } = options;
    this.#options = options;
    this.#watches = sources.map((source, index) => new Watch(index, source, clock));
    const onRoom = (): void => {
      this.#flush();
    };
    this.#outlet = new Outlet({ stream, outflow, key: caller.namespace, clock, onRoom });
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
    this.#outlet.write(lineOf({ event: 'open', endsInSeconds: Math.floor(this.#options.lifetime / 1000) }));
    this.lookAgain();
  }

  /** Decides anew on every source: a store, an ExternalSecret or a rule may be another one. */
  lookAgain(): void {
    if (this.#closed) return;
    for (const watch of this.#watches) this.#follow(watch);
  }

  /** Tells the certificates to trust from now on. */
  trust(bundle: string): void {
    this.#bundle = bundle;
    this.#flushSoon();
  }

  /** The reader has taken what was written. */
  drained(): void {
    this.#outlet.drained();
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
    if (this.#outlet.stalledFor >= longestStall) {
      this.close();
      this.#outlet.cut();
      return 'stalled';
    }
    for (const watch of this.#watches)
      if (watch.repeat()) {
        this.#dirty.add(watch);
        this.#flushSoon();
      }
    if (this.#outlet.silentFor >= heartbeat) this.#outlet.write(lineOf({ event: 'beat' }));
    return 'open';
  }

  /** Ends the feed as planned: the agent opens another one. */
  end(): void {
    if (this.#closed) return;
    this.#release();
    this.#outlet.end(lineOf({ event: 'end' }));
  }

  /** Leaves nothing behind; the stream has ended or is somebody else's to end. */
  close(): void {
    if (this.#closed) return;
    this.#release();
    this.#outlet.close();
  }

  #release(): void {
    this.#closed = true;
    this.#dirty.clear();
    this.#outcomes.clear();
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
    );
    watch.following = { grant, subscription };
  }

  /** What the upstream says, told on if the caller may have it at this moment. */
  #hear(watch: Watch, news: News): void {
    this.#follow(watch);
    const grant = watch.following?.grant;
    if (grant === undefined) return;
    const served = news.kind === 'same' ? ok(news.document) : news.served;
    if (served.ok) {
      this.#receive(watch, grant, served.value);
      return;
    }
    const { error } = served;
    this.#outcomes.set(watch, { outcome: 'failed', code: error.code, rule: grant.rule });
    this.#mark(watch, { kind: 'error', error });
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
      this.#mark(watch, { kind: 'same' });
      return;
    }
    this.#outcomes.set(watch, servedOutcome(allowed.value));
    this.#mark(watch, { kind: 'secret', secret });
  }

  #deny(watch: Watch, error: ProviderError): void {
    watch.close();
    this.#tellDenial(watch, error);
  }

  /** Once, as long as it is for the same reason. */
  #tellDenial(watch: Watch, error: ProviderError): void {
    if (watch.denial === error.message) return;
    watch.denial = error.message;
    this.#outcomes.set(watch, { outcome: 'denied', code: error.code, reason: error.message });
    this.#mark(watch, { kind: 'error', error });
  }

  #mark(watch: Watch, pending: Parameters<Watch['note']>[0]): void {
    watch.note(pending);
    this.#dirty.add(watch);
    this.#flushSoon();
  }

  /** Once a turn of the event loop: what many sources have to say of one look upstream becomes one line. */
  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#closed) return;
    this.#account();
    if (!this.#tellTrust()) return;
    for (const watch of this.#dirty) {
      if (watch.pending?.kind === 'same') continue;
      if (!this.#tell(watch)) return;
    }
    const indexes = [...this.#dirty].map(({ index }) => index);
    if (indexes.length === 0 || !this.#outlet.write(lineOf({ event: 'same', indexes }))) return;
    for (const watch of this.#dirty) watch.told();
    this.#dirty.clear();
  }

  /** Has written down what is about to be told. Documents of which it cannot be are not told. */
  #account(): void {
    const outcomes = [...this.#outcomes];
    this.#outcomes.clear();
    const records = outcomes.map(([{ source }, result]) => ({ source, result }));
    if (this.#options.account(records)) return;
    for (const [watch] of outcomes) watch.withhold(notAudited);
  }

  /** Whether the reader has been told of the certificates. */
  #tellTrust(): boolean {
    if (this.#bundle === undefined) return true;
    const told = this.#outlet.write(lineOf({ event: 'trust', bundle: this.#bundle }));
    if (told) this.#bundle = undefined;
    return told;
  }

  /** Whether the reader could be told. */
  #tell(watch: Watch): boolean {
    const { index, pending } = watch;
    if (pending !== undefined && pending.kind !== 'same') {
      const line =
        pending.kind === 'secret'
          ? secretLine(index, pending.secret)
          : lineOf({ event: 'error', index, error: failureOf(pending.error) });
      if (!this.#outlet.write(line)) return false;
    }
    watch.told();
    this.#dirty.delete(watch);
    return true;
  }
}
