import type { Feed } from './feed.ts';

interface Group {
  readonly feeds: Set<Feed>;
  /** Of all its feeds. */
  sources: number;
}

const noFeeds: ReadonlySet<Feed> = new Set();

/** Open feeds, to be found by namespace and by pod; sets are in the order in which they were opened. */
export class FeedIndex {
  readonly #all = new Set<Feed>();
  readonly #namespaces = new Map<string, Group>();
  readonly #pods = new Map<string, Set<Feed>>();

  add(feed: Feed): void {
    const { namespace, pod } = feed.caller;
    const group = this.#namespaces.get(namespace) ?? { feeds: new Set(), sources: 0 };
    this.#all.add(feed);
    group.feeds.add(feed);
    group.sources += feed.size;
    this.#namespaces.set(namespace, group);
    this.#pods.set(pod.uid, (this.#pods.get(pod.uid) ?? new Set()).add(feed));
  }

  delete(feed: Feed): void {
    if (!this.#all.delete(feed)) return;
    const { namespace, pod } = feed.caller;
    const group = this.#namespaces.get(namespace);
    if (group !== undefined) {
      group.feeds.delete(feed);
      group.sources -= feed.size;
      if (group.feeds.size === 0) this.#namespaces.delete(namespace);
    }
    const own = this.#pods.get(pod.uid);
    own?.delete(feed);
    if (own?.size === 0) this.#pods.delete(pod.uid);
  }

  get all(): ReadonlySet<Feed> {
    return this.#all;
  }

  ofNamespace(namespace: string): ReadonlySet<Feed> {
    return this.#namespaces.get(namespace)?.feeds ?? noFeeds;
  }

  sourcesOf(namespace: string): number {
    return this.#namespaces.get(namespace)?.sources ?? 0;
  }

  ofPod(uid: string): ReadonlySet<Feed> {
    return this.#pods.get(uid) ?? noFeeds;
  }
}
