import type { PlanFind, PlanRewrite, PlanTargetTemplate } from '../plan.ts';
import type { Decoding } from '../ref.ts';
import type { StoreKind } from '../stores/store.ts';

/** An ExternalSecret as its manifest describes it, checked; nothing was looked up yet. */
export interface ExternalSecret {
  readonly name: string;
  /** Folder of its files: `spec.target.name`, else its own name. */
  readonly target: string;
  /** 0: read once. At least 10 otherwise. */
  readonly intervalSeconds: number;
  /** `spec.dataFrom`, in order. */
  readonly sets: readonly ExternalSecretSet[];
  /** `spec.data`. */
  readonly entries: readonly ExternalSecretEntry[];
  /** `spec.target.deletionPolicy`: Retain keeps a file whose secret is gone upstream, Delete and Merge remove it. */
  readonly whenGone: 'keep' | 'remove';
  /** In the order of their application; undefined where `spec.target.template` makes no files of its own. */
  readonly templates?: readonly PlanTargetTemplate[];
  /** Whether the keys become files beside those of the templates (`mergePolicy: Merge`, or no templates). */
  readonly keepsKeys: boolean;
}

/** The store that an entry reads from, as its manifest names it. */
export interface StoreName {
  readonly name: string;
  readonly kind: StoreKind;
}

interface Fetched {
  /** Path of the field, for messages: `spec.data[0].remoteRef`. */
  readonly place: string;
  readonly store: StoreName;
  readonly decode?: Decoding;
  readonly refuseNullBytes: boolean;
}

/** What is fetched by its key, as external-secrets writes it: never percent-encoded. `version` is as written; what it means is the provider's. */
export interface RemoteKey {
  readonly key: string;
  readonly property?: string;
  readonly version?: string;
}

export interface ExternalSecretEntry extends Fetched {
  readonly secretKey: string;
  readonly remote: RemoteKey;
}

export type ExternalSecretSet = Fetched & {
  readonly conversion: 'Default' | 'Unicode';
  readonly rewrite: readonly PlanRewrite[];
} & (
    | { readonly kind: 'extract'; readonly remote: RemoteKey }
    | { readonly kind: 'find'; readonly find: PlanFind }
  );

/** The parts of a manifest that make an ExternalSecret. */
export interface ExternalSecretManifest {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
  readonly spec?: unknown;
}
