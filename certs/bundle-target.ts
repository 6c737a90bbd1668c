import type { KubeFailure } from '../lib/kube/failure.ts';
import type { KubeObject } from '../lib/kube/object.ts';
import type { Result } from '../lib/result.ts';

/** Objects kept by a watch (`Reflector`). */
export interface Watched<T extends KubeObject> {
  readonly objects: {
    get(namespace: string | undefined, name: string): T | undefined;
    list(): readonly T[];
    onChange(listener: () => void): () => void;
  };
  /** Whether an object that is not there does not exist, as far as is known. */
  readonly synced: boolean;
  /** For how long the objects may have been out of date. */
  readonly staleMilliseconds: number;
}

/** The bundles of an object, PEM text, as they were when it had this version. */
export interface VersionedBundles {
  readonly resourceVersion: string;
  readonly bundles: readonly string[];
}

/** What is to be done where there is no such object. */
export type WhenMissing =
  /** Made by the installer: said, after its name, and waited for. */
  | { readonly kind: 'wait'; readonly level: 'info' | 'warn'; readonly text: string }
  | {
      readonly kind: 'create';
      /** Makes it with these bundles; status 409 when somebody else made it first. */
      create(bundles: readonly string[], signal: AbortSignal): Promise<Result<unknown, KubeFailure>>;
    };

/** One object of the API server whose bundles are kept. */
export interface BundleTarget {
  /** Kind and name, for people. */
  readonly id: string;
  /** What is written, for people: `the caBundle`. */
  readonly what: string;
  /** Who else might change it, for people. */
  readonly suspect: string;
  readonly whenMissing: WhenMissing;
  /** Whether the watch has shown all there is. */
  readonly synced: boolean;
  /** The bundles as the watch shows them; undefined where there is no such object. */
  watched(): readonly string[] | undefined;
  onChange(listener: () => void): () => void;
  /** The bundles as they are now; undefined when there is no such object. */
  get(signal: AbortSignal): Promise<Result<VersionedBundles | undefined, KubeFailure>>;
  /** Writes all bundles in one step, or none: status 409 when somebody else wrote in between. */
  patch(bundles: VersionedBundles, signal: AbortSignal): Promise<Result<unknown, KubeFailure>>;
}
