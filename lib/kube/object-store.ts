import type { Clock } from '../clock.ts';
import type { WaitOptions } from './cache.ts';
import type { KubeObject } from './object.ts';

export type ObjectChange<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly previous: T }
  | { readonly type: 'deleted'; readonly previous: T };

export type ChangeListener<T> = (change: ObjectChange<T>) => void;

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

const unchanged = (one: KubeObject, other: KubeObject): boolean =>
  one === other ||
  (one.metadata.resourceVersion !== undefined &&
    one.metadata.resourceVersion === other.metadata.resourceVersion &&
    one.metadata.uid === other.metadata.uid);

interface NamespaceOf<T> {
  readonly objects: Map<string, T>;
  list?: readonly T[];
}

const none: readonly never[] = [];

/** The objects of one kind, by namespace and name; tells listeners what changed and waiters what appeared. */
export class ObjectStore<T extends KubeObject> {
  readonly #clock: Clock;
  #objects = new Map<string, T>();
  /** By namespace: the same objects by their keys, and the list that was made of them last. */
  readonly #namespaces = new Map<string, NamespaceOf<T>>();
  readonly #listeners = new Set<ChangeListener<T>>();
  readonly #waiters = new Map<string, Set<(object: T | undefined) => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(keyOf(namespace, name));
  }

  /** Sorted by namespace and name. */
  list(): readonly T[] {
    return [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** Those of one namespace, sorted by name: the very same list as long as none of them changes. */
  listIn(namespace: string): readonly T[] {
    const found = this.#namespaces.get(namespace);
    if (found === undefined) return none;
    found.list ??= [...found.objects].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    return found.list;
  }

  get size(): number {
    return this.#objects.size;
  }

  set(object: T): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    const previous = this.#objects.get(key);
    this.#objects.set(key, object);
    this.#place(key, previous, object);
    this.#announce(key, previous, object);
  }

  delete(namespace: string | undefined, name: string): void {
    const key = keyOf(namespace, name);
    const previous = this.#objects.get(key);
    this.#objects.delete(key);
    this.#place(key, previous, undefined);
    this.#announce(key, previous, undefined);
  }

  /** Makes `objects` the whole content, in one step; listeners hear of the differences afterwards. */
  replace(objects: Iterable<T>): void {
    const before = this.#objects;
    const after = new Map<string, T>();
    for (const object of objects) after.set(keyOf(object.metadata.namespace, object.metadata.name), object);
    this.#objects = after;
    for (const [key, object] of after) this.#place(key, before.get(key), object);
    for (const [key, previous] of before) if (!after.has(key)) this.#place(key, previous, undefined);
    for (const [key, object] of after) this.#announce(key, before.get(key), object);
    for (const [key, previous] of before) if (!after.has(key)) this.#announce(key, previous, undefined);
  }

  /** Calls `listener` after every change; returns a function that ends this. Listeners must not throw. */
  onChange(listener: ChangeListener<T>): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The object at once or as soon as it is there; undefined when the time is over or the signal aborts. */
  async waitFor(namespace: string | undefined, name: string, options: WaitOptions): Promise<T | undefined> {
    const present = this.get(namespace, name);
    if (present !== undefined || options.signal?.aborted === true) return present;
    const key = keyOf(namespace, name);
    const done = new AbortController();
    const signals = options.signal === undefined ? [done.signal] : [done.signal, options.signal];
    const waiters = this.#waiters.get(key) ?? new Set();
    this.#waiters.set(key, waiters);
    return new Promise((resolve) => {
      const finish = (object: T | undefined): void => {
        waiters.delete(finish);
        if (waiters.size === 0 && this.#waiters.get(key) === waiters) this.#waiters.delete(key);
        resolve(object);
        done.abort();
      };
      waiters.add(finish);
      const over = (): void => {
        finish(undefined);
      };
      void this.#clock.sleep(options.timeoutMilliseconds, AbortSignal.any(signals)).then(over, over);
    });
  }

  /** Lets go of everybody who waits; the objects stay readable. */
  close(): void {
    for (const waiters of [...this.#waiters.values()]) for (const finish of [...waiters]) finish(undefined);
    this.#listeners.clear();
  }

  /** Keeps the objects of namespaces in step. A version that is read again is another object, and so a change to whoever remembers the list. */
  #place(key: string, previous: T | undefined, object: T | undefined): void {
    const namespace = (object ?? previous)?.metadata.namespace;
    if (namespace === undefined || previous === object) return;
    const found = this.#namespaces.get(namespace) ?? { objects: new Map<string, T>() };
    delete found.list;
    if (object === undefined) found.objects.delete(key);
    else found.objects.set(key, object);
    if (found.objects.size > 0) this.#namespaces.set(namespace, found);
    else this.#namespaces.delete(namespace);
  }

  #announce(key: string, previous: T | undefined, object: T | undefined): void {
    if (object !== undefined) for (const finish of [...(this.#waiters.get(key) ?? [])]) finish(object);
    const change = changeOf(previous, object);
    if (change !== undefined) for (const listener of [...this.#listeners]) listener(change);
  }
}

const changeOf = <T extends KubeObject>(
  previous: T | undefined,
  object: T | undefined,
): ObjectChange<T> | undefined => {
  if (previous === undefined) return object && { type: 'added', object };
  if (object === undefined) return { type: 'deleted', previous };
  return unchanged(previous, object) ? undefined : { type: 'modified', object, previous };
};
