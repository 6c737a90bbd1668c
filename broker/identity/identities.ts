import { hash } from 'node:crypto';
import type { LRUCache } from 'lru-cache';
import type { Clock } from '../../lib/clock.ts';
import { expiringCache } from '../../lib/expiring-cache.ts';
import type { Asking } from '../../lib/kube/ask.ts';
import { pause } from '../../lib/kube/backoff.ts';
import type { KubeConnection } from '../../lib/kube/connection.ts';
import type { KubeFailure } from '../../lib/kube/failure.ts';
import type { Logger } from '../../lib/log.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { Turns } from '../turns.ts';
import { isOneOf, plainAddress } from './address.ts';
import { readBearer, type UnprovenToken } from './bearer.ts';
import { denied, unavailable, type Caller, type Refused } from './identity.ts';
import { isElsewheres, lookAtPod, type SeenPod } from './pod.ts';
import { reviewToken } from './token-review.ts';

export interface IdentitiesOptions {
  readonly connection: KubeConnection;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether a caller's address has to be one of its pod's. */
  readonly checkPeerAddress: boolean;
  /** Told of each TokenReview. */
  readonly onReview: (outcome: 'authenticated' | 'refused' | 'failed') => void;
}

/** Who a token belongs to, and the pod as it was seen last. */
interface Known {
  readonly caller: Caller;
  pod: SeenPod;
}

/** How long the word of the API server is good for, in milliseconds: a deleted pod's token goes on for no longer. */
const knownFor = 60_000;
/** The same for a refusal. Shorter: what was wrong may have been put right. */
const refusedFor = 5_000;
/** For one answer of the API server. */
const answerWithin = 10_000;
/** A caller who has waited for longer has given up, or will soon. */
const longestQueue = 10_000;
/** How many are asked about at a time. Whoever waits is a connection that is open, so that this many are all that there can be. */
const limits = { atATime: 32, waiting: 20_000, waitingOfOne: 5_000 };
/**
 * How long a caller is believed whose pod has no address yet, in milliseconds. The kubelet tells a pod's address only when it next looks at the
 * pod, and it does not while a `postStart` hook runs: with the lifecycle `native` the address comes after the agent is done.
 */
const believedWithoutAddress = 60_000;
/** How long may pass until the kubelet has told other addresses than those that were known: a pod whose node came back has new ones. */
const newAddressWithin = 1_500;
const firstLook = 100;

/** Finds out who calls: by the pod's token, which the API server is asked about, and by the pod itself. */
export class Identities {
  readonly #options: IdentitiesOptions;
  readonly #known: LRUCache<string, Known>;
  readonly #refused: LRUCache<string, Refused>;
  readonly #underWay = new Map<string, Promise<Result<Known, Refused>>>();
  readonly #turns = new Turns(limits);
  readonly #stopping = new AbortController();

  constructor(options: IdentitiesOptions) {
    this.#options = options;
    const { clock } = options;
    this.#known = expiringCache({ max: 20_000, ttl: knownFor, clock });
    this.#refused = expiringCache({ max: 20_000, ttl: refusedFor, clock });
  }

  /** `header` is the request's `Authorization`, `peer` the address that it came from. */
  async identify(header: string | undefined, peer: string): Promise<Result<Caller, Refused>> {
    const bearer = readBearer(header, this.#options.clock.now());
    if (!bearer.ok) return bearer;
    const digest = hash('sha256', bearer.value.token.reveal(), 'base64url');
    const known = this.#known.get(digest);
    const proved =
      known === undefined
        ? await this.#once(digest, () => this.#prove(bearer.value, digest, peer))
        : ok(known);
    if (!proved.ok) return proved;
    const placed = await this.#place(proved.value, digest, peer);
    return placed.ok ? ok(placed.value.caller) : placed;
  }

  /** Ends what is under way; whoever waits is refused. */
  stop(): void {
    this.#stopping.abort(new Error('the broker is about to end'));
  }

  /** Does something once for all who want it at the same time, and remembers a refusal for a while. */
  async #once(key: string, work: () => Promise<Result<Known, Refused>>): Promise<Result<Known, Refused>> {
    const refused = this.#refused.get(key);
    if (refused !== undefined) return err(refused);
    const working = this.#underWay.get(key) ?? work();
    this.#underWay.set(key, working);
    try {
      const result = await working;
      // What could not be told now may be told at the next request.
      if (!result.ok && result.error.status !== 503) this.#refused.set(key, result.error);
      return result;
    } finally {
      this.#underWay.delete(key);
    }
  }

  /** Asks the API server whose the token is, and looks at the pod. */
  async #prove(bearer: UnprovenToken, digest: string, peer: string): Promise<Result<Known, Refused>> {
    const { token, expiresAt } = bearer;
    return this.#ask(peer, async (asking): Promise<Result<Result<Known, Refused>, KubeFailure>> => {
      const review = await reviewToken(asking, token);
      const judged = review.ok ? review.value : undefined;
      this.#options.onReview(judged === undefined ? 'failed' : judged.ok ? 'authenticated' : 'refused');
      if (!review.ok) return review;
      if (!review.value.ok) return ok(review.value);
      const identity = review.value.value;
      const pod = await lookAtPod(asking, identity);
      if (!pod.ok) return pod;
      if (!pod.value.ok) return ok(pod.value);
      const known: Known = { caller: { ...identity, expiresAt }, pod: pod.value.value };
      const ttl = Math.min(knownFor, expiresAt - this.#options.clock.now());
      if (ttl > 0) this.#known.set(digest, known, { ttl });
      return ok(ok(known));
    });
  }

  /** Makes sure that the caller calls from the pod. */
  async #place(known: Known, digest: string, peer: string): Promise<Result<Known, Refused>> {
    if (!this.#options.checkPeerAddress || isOneOf(peer, known.pod.addresses)) return ok(known);
    return this.#once(`${digest} ${peer}`, () => this.#lookAgain(known, digest, peer));
  }

  /** Looks at the pod until it has the caller's address, for as long as it may take the kubelet to tell other ones. */
  async #lookAgain(known: Known, digest: string, peer: string): Promise<Result<Known, Refused>> {
    const { clock } = this.#options;
    const started = clock.monotonic();
    const { caller } = known;
    for (let wait = firstLook; ; wait *= 2) {
      const seen = await this.#ask(peer, (asking) => lookAtPod(asking, caller));
      if (!seen.ok) {
        if (seen.error.status !== 503) this.#known.delete(digest);
        return seen;
      }
      Object.assign(known, { pod: seen.value });
      if (isOneOf(peer, known.pod.addresses)) return ok(known);
      if (known.pod.addresses.length === 0) return this.#believe(known, peer);
      const left = newAddressWithin - (clock.monotonic() - started);
      if (left <= 0)
        return err(denied(`the request does not come from an address of the pod ${caller.pod.name}`));
      if (!(await pause(clock, Math.min(wait, left), this.#stopping.signal))) return err(ending);
    }
  }

  /** A pod that has no address yet may call from one that nobody else has; for a while, and then it is looked at again. */
  async #believe({ caller, pod }: Known, peer: string): Promise<Result<Known, Refused>> {
    const taken = await this.#ask(peer, async (asking) => {
      const answer = await isElsewheres(asking, caller, plainAddress(peer), pod.isOnHostNetwork);
      return answer.ok ? ok(ok(answer.value)) : answer;
    });
    if (!taken.ok) return taken;
    if (taken.value)
      return err(
        denied(
          `the request comes from an address of another pod than ${caller.pod.name}, which has none yet`,
        ),
      );
    const expiresAt = Math.min(caller.expiresAt, this.#options.clock.now() + believedWithoutAddress);
    return ok({ caller: { ...caller, expiresAt }, pod });
  }

  /** Asks the API server when it is this caller's turn. */
  async #ask<T>(
    peer: string,
    work: (asking: Asking) => Promise<Result<Result<T, Refused>, KubeFailure>>,
  ): Promise<Result<T, Refused>> {
    const { connection, clock } = this.#options;
    const { signal } = this.#stopping;
    const started = clock.monotonic();
    const asked = await this.#turns.take(peer, async () => {
      if (signal.aborted || clock.monotonic() - started > longestQueue) return undefined;
      return work({ connection, clock, milliseconds: answerWithin, signal });
    });
    if (asked === undefined) return err(signal.aborted ? ending : busy);
    return asked.ok ? asked.value : err(this.#failed(asked.error));
  }

  #failed({ status, message, retryAfterMilliseconds }: KubeFailure): Refused {
    this.#options.log.warn({ status, reason: message }, 'the API server could not be asked who calls');
    return unavailable(
      'the broker could not ask the API server about the token; nothing is wrong with it as far as is known',
      retryAfterMilliseconds,
    );
  }
}

const busy = unavailable('the broker has too many callers to ask the API server about', 2000);
const ending = unavailable('the broker is about to end', 1000);
