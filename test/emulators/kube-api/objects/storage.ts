import { copyOf, isSame } from './json.ts';
import { qualifiedName, without, type KubeObject, type Resource } from './types.ts';

export interface Change {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** The resource's qualified name. */
  readonly of: string;
  readonly object: KubeObject;
  /** The object before the change. */
  readonly previous?: KubeObject;
}

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`;

/** What a client can change; where it is the same, nothing is written. */
const contentOf = (object: KubeObject): unknown => ({
  ...object,
  metadata: without(object.metadata, 'resourceVersion', 'generation', 'managedFields'),
});

const specOf = (object: KubeObject): unknown => without(object, 'metadata', 'status');

/** All objects with one revision for everything, as etcd has it, and the changes that watches replay. */
export class Storage {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  #changes: Change[] = [];
  // Never 0, which means "any" in requests.
  #revision = 1;
  #compacted = 1;

  get revision(): number {
    return this.#revision;
  }

  /** Watches from before this revision can no longer be served. */
  get compacted(): number {
    return this.#compacted;
  }

  get(resource: Resource, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.#of(resource).get(keyOf(resource.namespaced ? namespace : undefined, name));
  }

  /** The objects of one namespace or of all, in the order of their keys. */
  list(resource: Resource, namespace?: string): KubeObject[] {
    return [...this.#of(resource).entries()]
      .filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
  }

  /** Stores an object, new or changed, and returns it as stored. What changes nothing gets no new version. */
  put(resource: Resource, object: KubeObject): KubeObject {
    const { namespace, name = '' } = object.metadata;
    const previous = this.get(resource, namespace, name);
    if (previous !== undefined && isSame(contentOf(previous), contentOf(object))) {
      return previous;
    }
    const generation = this.#generation(object, previous);
    const stored = copyOf({
      ...object,
      metadata: { ...object.metadata, generation, resourceVersion: String(this.#revision + 1) },
    });
    this.#of(resource).set(keyOf(namespace, name), stored);
    const type = previous === undefined ? 'ADDED' : 'MODIFIED';
    this.#record(resource, { type, object: stored, ...(previous === undefined ? {} : { previous }) });
    return stored;
  }

  /** Removes an object; what watches see last of it has the version of its removal. */
  remove(resource: Resource, previous: KubeObject): void {
    const { namespace, name = '' } = previous.metadata;
    this.#of(resource).delete(keyOf(namespace, name));
    const metadata = { ...previous.metadata, resourceVersion: String(this.#revision + 1) };
    this.#record(resource, { type: 'DELETED', object: { ...previous, metadata }, previous });
  }

  /** The changes of a resource after a revision. */
  since(resource: Resource, revision: number): Change[] {
    const of = qualifiedName(resource);
    return this.#changes.filter((change) => change.of === of && change.revision > revision);
  }

  /** Calls `listener` at every change until the function that is returned is called. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets all changes until now. */
  compact(): void {
    this.#revision += 1;
    this.#compacted = this.#revision;
    this.#changes = [];
  }

  #of(resource: Resource): Map<string, KubeObject> {
    const name = qualifiedName(resource);
    const found = this.#objects.get(name) ?? new Map<string, KubeObject>();
    this.#objects.set(name, found);
    return found;
  }

  #generation(object: KubeObject, previous: KubeObject | undefined): number {
    if (previous === undefined) return 1;
    const before = previous.metadata.generation ?? 1;
    return isSame(specOf(previous), specOf(object)) ? before : before + 1;
  }

  #record(resource: Resource, change: Omit<Change, 'revision' | 'of'>): void {
    this.#revision += 1;
    const recorded = { ...change, of: qualifiedName(resource), revision: this.#revision };
    this.#changes.push(recorded);
    for (const listener of [...this.#listeners]) listener(recorded);
  }
}
