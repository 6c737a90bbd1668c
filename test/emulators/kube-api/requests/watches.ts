import type { ServerResponse } from 'node:http';
import type { Clock } from '../../../../lib/clock.ts';
import type { ObjectFilter } from '../objects/selectors.ts';
import type { Change, Storage } from '../objects/storage.ts';
import { apiVersionOf, qualifiedName, type KubeObject, type Resource } from '../objects/types.ts';
import { filterFrom, numberFrom } from './query.ts';
import { present } from './read.ts';
import { expired, type Status } from './status.ts';

interface Watcher {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly matches: ObjectFilter;
  readonly bookmarks: boolean;
  readonly response: ServerResponse;
}

const send = ({ response }: Watcher, type: string, object: unknown): void => {
  response.write(`${JSON.stringify({ type, object })}\n`);
};

const seenAs = (before: boolean, after: boolean): string => {
  if (!before) return 'ADDED';
  return after ? 'MODIFIED' : 'DELETED';
};

/** What a watcher is told of a change: an object that comes to match is new to it, and one that ceases to is gone. */
const tell = (watcher: Watcher, { type, object, previous, revision }: Change): void => {
  const { resource, namespace, matches } = watcher;
  if (namespace !== undefined && object.metadata.namespace !== namespace) return;
  const before = previous !== undefined && matches(previous);
  const after = type !== 'DELETED' && matches(object);
  if (!before && !after) return;
  const seen = seenAs(before, after);
  const last = seen === 'DELETED' ? (previous ?? object) : object;
  const metadata = { ...last.metadata, resourceVersion: String(revision) };
  send(watcher, seen, present(resource, { ...last, metadata }));
};

/** The open watches of a server. https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export class Watches {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #open = new Set<Watcher>();

  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
    storage.listen((change) => {
      for (const watcher of this.#of(change.of)) tell(watcher, change);
    });
  }

  /** How many are open, of one resource or of all. */
  count(resource?: string): number {
    return this.#of(resource).length;
  }

  /** Answers a watch; the response stays open. */
  open(
    resource: Resource,
    namespace: string | undefined,
    query: URLSearchParams,
    response: ServerResponse,
  ): void {
    const bookmarks = query.get('allowWatchBookmarks') === 'true';
    const watcher: Watcher = { resource, namespace, matches: filterFrom(query), bookmarks, response };
    const seconds = numberFrom(query, 'timeoutSeconds');
    const revision = numberFrom(query, 'resourceVersion');
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    if (revision !== undefined && revision < this.#storage.compacted) {
      send(watcher, 'ERROR', expired(revision, this.#storage.compacted));
      response.end();
      return;
    }
    this.#replay(watcher, revision);
    this.#keep(watcher, seconds);
  }

  /** Sends a bookmark to those who asked for them. */
  bookmark(resource?: string): void {
    for (const watcher of this.#of(resource)) this.#sendBookmark(watcher);
  }

  /** Sends an ERROR event, and ends the watches. */
  fail(status: Status, resource?: string): void {
    for (const watcher of this.#of(resource)) {
      send(watcher, 'ERROR', status);
      this.#end(watcher);
    }
  }

  /** Cuts the connections. */
  drop(resource?: string): void {
    for (const watcher of this.#of(resource)) {
      this.#open.delete(watcher);
      watcher.response.destroy();
    }
  }

  /** Ends the watches as a server does whose time for them is over. */
  end(resource?: string): void {
    for (const watcher of this.#of(resource)) this.#end(watcher);
  }

  #of(resource?: string): Watcher[] {
    return [...this.#open].filter(
      (watcher) => resource === undefined || qualifiedName(watcher.resource) === resource,
    );
  }

  /** Without a version a watch begins with all objects there are. */
  #replay(watcher: Watcher, revision: number | undefined): void {
    const { resource, namespace, matches } = watcher;
    if (revision !== undefined) {
      for (const change of this.#storage.since(resource, revision)) tell(watcher, change);
      return;
    }
    const objects: readonly KubeObject[] = this.#storage.list(resource, namespace);
    for (const object of objects.filter(matches)) send(watcher, 'ADDED', present(resource, object));
  }

  #keep(watcher: Watcher, seconds: number | undefined): void {
    this.#open.add(watcher);
    const closed = new AbortController();
    watcher.response.on('close', () => {
      this.#open.delete(watcher);
      closed.abort();
    });
    if (seconds === undefined) return;
    void this.#clock.sleep(seconds * 1000, closed.signal).then(
      () => {
        this.#sendBookmark(watcher);
        this.#end(watcher);
      },
      () => undefined,
    );
  }

  #sendBookmark(watcher: Watcher): void {
    const { kind } = watcher.resource;
    const metadata = { resourceVersion: String(this.#storage.revision), creationTimestamp: null };
    if (watcher.bookmarks) {
      send(watcher, 'BOOKMARK', { kind, apiVersion: apiVersionOf(watcher.resource), metadata });
    }
  }

  #end(watcher: Watcher): void {
    this.#open.delete(watcher);
    watcher.response.end();
  }
}
