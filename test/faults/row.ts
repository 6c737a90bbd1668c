import type { ProviderErrorCode } from '../../lib/provider-error.ts';
import type { Seen, StoreKind, Strike } from '../support/faults/bench.ts';
import type { BrokerBench } from '../support/faults/broker-bench.ts';
import type { AwsBench } from '../support/faults/aws-bench.ts';
import type { FileBench } from '../support/faults/file-bench.ts';
import type { VaultBench } from '../support/faults/vault-bench.ts';

/** What becomes of a pod that starts while the fault is there. */
export type StartSeen =
  /** It fails, with other words than a running pod's. */
  | {
      readonly code: ProviderErrorCode;
      readonly says: string;
      /** Which files the termination message names, in place of all of the secret's. */
      readonly files?: readonly string[];
    }
  /** A start is not where this can happen. */
  | { readonly never: string };

/** A fault at one store: how it is brought about, and what a user sees of it. */
export interface Cell<B> {
  readonly strike: Strike<B>;
  /** Of a running pod; left out: nothing, its files are the newest all the time. */
  readonly seen?: Seen;
  /** Default: the same code and words as `seen`; the code decides whether the start ends at once. */
  readonly start?: StartSeen;
}

/** A fault that is played by a function of its own; what a reader of the table is told is written here. */
export interface SceneCell<B> {
  readonly code?: string;
  /** What the function holds the agent to; left out: nothing is said. */
  readonly says?: string;
  readonly files: string;
  readonly wellAgain: string;
  readonly start: string;
  readonly play: (bench: B, says: string) => Promise<void>;
  /** The same at a start. */
  readonly playStart?: (bench: B, says: string) => Promise<void>;
}

/** A string says why a fault does not apply to a store. */
export type CellOrReason<B> = Cell<B> | SceneCell<B> | string;

/** What can be done with a bench, whoever made it. */
type PublicOf<T> = { readonly [K in keyof T]: T[K] };

export interface BenchOf {
  readonly vault: PublicOf<VaultBench>;
  readonly aws: PublicOf<AwsBench>;
  readonly file: PublicOf<FileBench>;
}

/** By the store, where the agent reads it. */
export type OwnStores = { readonly [S in StoreKind]: CellOrReason<BenchOf[S]> };

/** A fault of a store that the broker reads. */
export type BrokerCell = Cell<BrokerBench> & Required<Pick<Cell<BrokerBench>, 'seen'>>;

/** One fault at every store that the agent reads itself, or on the way through the broker. */
export interface FaultRow {
  readonly fault: string;
  /** For readers: what happens, without the word "fault". */
  readonly happens: string;
  readonly stores: OwnStores | { readonly broker: BrokerCell | SceneCell<BrokerBench> };
}

export interface FaultGroup {
  readonly title: string;
  readonly rows: readonly FaultRow[];
}
