import { hash } from 'node:crypto';
import type { LookUpCache, ObjectKey } from '../lib/kube/cache.ts';
import { isRecord, type KubeObject } from '../lib/kube/object.ts';

/**
 * The decision on a pod is a function of the pod and of the objects that it looks up. Pods come in many copies (a rollout, an
 * autoscaler, a Job's retries), so the answers to the latest are kept. An answer is given again for the same pod to the byte, and
 * only as long as every look-up gives the very same object; nothing in a pod can make it known.
 */

/** The most that the kept answers may come to, in characters: some hundred ordinary pods. */
const maximumCharacters = 8 * 2 ** 20;

type LookUps = readonly (readonly [ObjectKey, KubeObject | undefined])[];

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
}

const sizeOf = ({ answer: { head, tail } }: Entry): number => head.length + tail.length;

/**
 * Names a pod by all of it that decisions see (`visiblePod`). A digest, so that nothing which somebody wrote into a manifest stays in
 * memory here. Undefined for what is no pod at all.
 */
export const podDigest = (namespace: string, object: unknown): string | undefined => {
  if (!isRecord(object)) return undefined;
  const { metadata, spec } = object;
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  return hash('sha256', JSON.stringify([namespace, annotations, spec]), 'base64');
};

/** A cache that remembers what it was asked. */
export class RecordingCache implements LookUpCache {
  readonly #cache: LookUpCache;
  readonly #asked = new Map<string, readonly [ObjectKey, KubeObject | undefined]>();
  #listed = false;

  constructor(cache: LookUpCache) {
    this.#cache = cache;
  }

  /** Every look-up with its latest result; undefined where an answer took more than look-ups. */
  get lookUps(): LookUps | undefined {
    return this.#listed ? undefined : [...this.#asked.values()];
  }

  get(key: ObjectKey): KubeObject | undefined {
    const object = this.#cache.get(key);
    this.#asked.set(JSON.stringify([key.kind, key.namespace, key.name]), [key, object]);
    return object;
  }

  list(kind: ObjectKey['kind']): readonly KubeObject[] {
    this.#listed = true;
    return this.#cache.list(kind);
  }

  waitFor(...asked: Parameters<LookUpCache['waitFor']>): Promise<KubeObject | undefined> {
    return this.#cache.waitFor(...asked);
  }
}

/** The latest answers, by the digest of the pod. */
export class KnownAnswers {
  readonly #cache: LookUpCache;
  /** The one that was used the longest time ago comes first. */
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  constructor(cache: LookUpCache) {
    this.#cache = cache;
  }

  find(digest: string): KnownAnswer | undefined {
    const entry = this.#entries.get(digest);
    if (entry === undefined) return undefined;
    this.#forget(digest, entry);
    if (entry.lookUps.some(([key, object]) => this.#cache.get(key) !== object)) return undefined;
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
