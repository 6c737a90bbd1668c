import type { SecretDocument } from '../../providers/provider.ts';
import type { ProviderError } from '../../lib/provider-error.ts';
import { err, ok } from '../../lib/result.ts';
import { Shortest } from './core/shortest.ts';
import { onceInterval } from './core/timing.ts';
import type { Entry } from './entry.ts';
import type { Contradicts, News } from './upstream.ts';

/** One who wants to be told, again and again. */
export interface Subscriber {
  /** In milliseconds; 0: until there is a first document. */
  readonly intervalMs: number;
  readonly podUid: string;
  readonly namespace: string;
  /** Told as it is; what it throws is caught. */
  readonly tell: (news: News) => void;
  readonly contradicts: Contradicts | undefined;
  /** What is subscribed to; undefined as soon as it is closed. */
  entry: Entry | undefined;
  /** The most that it was told so far. */
  heard: 'nothing' | 'failure' | 'document';
}

/** The line in which what several namespaces wait for stands. */
const everybody = '*';

const intervalIn = ({ intervalMs }: Subscriber): number => (intervalMs === 0 ? onceInterval : intervalMs);

/** Those who subscribe to one thing: joining and leaving cost the same however many they are. */
export class Audience {
  readonly #subscribers = new Set<Subscriber>();
  readonly #intervals = new Shortest();
  readonly #namespaces = new Map<string, number>();

  get size(): number {
    return this.#subscribers.size;
  }

  /** The shortest interval in milliseconds, Infinity where nobody is there. */
  get intervalMs(): number {
    return this.#intervals.value;
  }

  /** In whose name it is asked: a namespace where all are of one. */
  get line(): string {
    const [only = everybody] = this.#namespaces.keys();
    return this.#namespaces.size === 1 ? only : everybody;
  }

  get members(): readonly Subscriber[] {
    return [...this.#subscribers];
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
    this.#intervals.add(intervalIn(subscriber));
    const { namespace } = subscriber;
    this.#namespaces.set(namespace, (this.#namespaces.get(namespace) ?? 0) + 1);
  }

  delete(subscriber: Subscriber): void {
    if (!this.#subscribers.delete(subscriber)) return;
    this.#intervals.delete(intervalIn(subscriber));
    const { namespace } = subscriber;
    const left = (this.#namespaces.get(namespace) ?? 0) - 1;
    if (left > 0) this.#namespaces.set(namespace, left);
    else this.#namespaces.delete(namespace);
  }

  /** Tells everybody of a document; those who had the same before, that it is the same. Gives those who wanted no more than a first one. */
  tell(document: SecretDocument, isSame: boolean): readonly Subscriber[] {
    const served: News = { kind: 'served', served: ok(document) };
    const same: News = { kind: 'same', document };
    for (const subscriber of this.members)
      tellOne(subscriber, isSame && subscriber.heard === 'document' ? same : served);
    return this.members.filter(isSatisfied);
  }

  tellError(error: ProviderError): void {
    const news: News = { kind: 'served', served: err(error) };
    for (const subscriber of this.members) tellOne(subscriber, news);
  }
}

/** Tells one what is known already; nobody that has left meanwhile. */
export const tellOne = (subscriber: Subscriber, news: News): void => {
  if (subscriber.entry === undefined) return;
  const isDocument = news.kind === 'same' || news.served.ok;
  if (isDocument || subscriber.heard === 'nothing') subscriber.heard = isDocument ? 'document' : 'failure';
  subscriber.tell(news);
};

/** Whether one has all that it wanted. */
export const isSatisfied = ({ intervalMs, heard }: Subscriber): boolean =>
  intervalMs === 0 && heard === 'document';
