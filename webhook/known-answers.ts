import { hash } from 'node:crypto';
import type { BrokerInstall } from '../lib/broker/install.ts';
import type { FollowedCache, LookUpCache, ObjectKey } from '../lib/kube/cache.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { Outline } from './core/outline.ts';

/**
 * The decision on a pod is a function of what it reads of the review and of the objects that it looks up. Pods come in many copies (a
 * rollout, an autoscaler, a Job's retries), so the answers to the latest are kept. An answer is given again for the same text to the byte, and
 * only as long as every look-up gives the very same object; nothing in a pod can make it known (docs/adr/0007-kept-answers.md).
 */

/** The most that the kept answers may come to, in characters: some hundred ordinary pods. */
const maximumCharacters = 8 * 2 ** 20;

/** What was asked for, and what it gave. */
export type LookUp =
  | { readonly key: ObjectKey; readonly gave: KubeObject | undefined }
  | {
      readonly list: Parameters<LookUpCache['listIn']>;
      readonly gave: readonly KubeObject[];
    };

export type LookUps = readonly LookUp[];

/** Whether a cache still gives the very same. */
const isSame = (lookUp: LookUp, cache: LookUpCache): boolean =>
  'key' in lookUp ? cache.get(lookUp.key) === lookUp.gave : cache.listIn(...lookUp.list) === lookUp.gave;

/** An answer but for the uid of the request: what stands before it, and behind it. */
export interface AnswerTemplate {
  readonly head: string;
  readonly tail: string;
}

export interface KnownAnswer extends AnswerTemplate {
  /** For the log. */
  readonly files: number;
}

interface Entry {
  readonly answer: KnownAnswer;
  readonly lookUps: LookUps;
  /** What the broker may use, where there is one: the one setting that may change. */
  readonly install?: BrokerInstall | undefined;
}

const sizeOf = ({ answer: { head, tail } }: Entry): number => head.length + tail.length;

/** No text of JSON has these characters in it as they are, so nothing that somebody wrote can look like them. */
const separator = '\u0001';
const anyTokenVolume = '\u0000';

/** The API server gives each pod's token volume a name of its own, in the volume and in every mount of it, before it calls a webhook. */
const tokenVolumes = /kube-api-access-[a-z0-9]{5}/g;

/** How an answer is found again. */
export interface AnswerKey {
  /** A digest of all that decisions read, so that nothing which somebody wrote into a manifest stays in memory here. */
  readonly digest: string;
  /** What the digest does not tell from others of its kind: an answer that depends on it must not be kept. */
  readonly tokenVolume: string | undefined;
}

/**
 * Names what a decision reads. Copies of a pod have the same digest whatever the API server called their token volumes: a decision knows
 * that name only as equal to itself. Where there are several, which is none of the API server's doing, each is taken as it is.
 */
export const answerKey = ({ scope, pod }: Pick<Outline, 'scope' | 'pod'>): AnswerKey => {
  const text = pod.join(separator);
  const names = new Set(text.match(tokenVolumes));
  const [tokenVolume] = names.size === 1 ? names : [];
  const common = tokenVolume === undefined ? text : text.replaceAll(tokenVolume, anyTokenVolume);
  return { digest: hash('sha256', [...scope, common].join(separator), 'base64'), tokenVolume };
};

/** A cache that remembers what it was asked. */
export class RecordingCache implements FollowedCache {
  readonly #cache: FollowedCache;
  readonly #asked = new Map<string, LookUp>();
  #listed = false;

  constructor(cache: FollowedCache) {
    this.#cache = cache;
  }

  /** Every look-up with its latest result; undefined where an answer took more than look-ups. */
  get lookUps(): LookUps | undefined {
    return this.#listed ? undefined : [...this.#asked.values()];
  }

  get(key: ObjectKey): KubeObject | undefined {
    const object = this.#cache.get(key);
    const { kind, group = '', namespace = '', name } = key;
    // No part of it has a space in it.
    this.#asked.set(`${kind} ${group} ${namespace} ${name}`, { key, gave: object });
    return object;
  }

  listIn(...list: Parameters<LookUpCache['listIn']>): readonly KubeObject[] {
    const objects = this.#cache.listIn(...list);
    this.#asked.set(`list ${list.join(' ')}`, { list, gave: objects });
    return objects;
  }

  list(...asked: Parameters<LookUpCache['list']>): readonly KubeObject[] {
    this.#listed = true;
    return this.#cache.list(...asked);
  }

  waitFor(...asked: Parameters<LookUpCache['waitFor']>): Promise<KubeObject | undefined> {
    return this.#cache.waitFor(...asked);
  }

  onChange(...asked: Parameters<FollowedCache['onChange']>): () => void {
    return this.#cache.onChange(...asked);
  }
}

/** The latest answers, by the digest of the pod. */
export class KnownAnswers {
  readonly #cache: LookUpCache;
  readonly #install: () => BrokerInstall | undefined;
  /** The one that was used the longest time ago comes first. */
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(cache: LookUpCache, install: () => BrokerInstall | undefined = () => undefined) {
    this.#cache = cache;
    this.#install = install;
  }

  find(digest: string): KnownAnswer | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    this.#forget(digest, entry);
    if (entry.install !== this.#install()) return undefined;
    if (entry.lookUps.some((lookUp) => !isSame(lookUp, this.#cache))) return undefined;
    this.#keep(digest, entry);
    return entry.answer;
  }

  remember(digest: string, entry: Entry): void {
    const before = this.#entries.get(digest);
    if (before !== undefined) this.#forget(digest, before);
    this.#keep(digest, entry);
    for (const [oldest, old] of this.#entries) {
      if (this.#characters <= maximumCharacters) return;
      this.#forget(oldest, old);
    }
  }

  #keep(digest: string, entry: Entry): void {
    this.#entries.set(digest, entry);
    this.#characters += sizeOf(entry);
  }

  #forget(digest: string, entry: Entry): void {
    this.#entries.delete(digest);
    this.#characters -= sizeOf(entry);
  }
}
