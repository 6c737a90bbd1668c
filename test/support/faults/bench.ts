import type { Plan } from '../../../lib/plan.ts';
import type { ProviderErrorCode } from '../../../lib/provider-error.ts';
import type { Front } from './front.ts';
import type { Names } from './names.ts';
import type { OpenRequests } from './open-requests.ts';
import type { Pod } from './pod.ts';
import type { PodClock } from './pod-clock.ts';
import type { ServerCertificate } from '../../emulators/shared/certificate.ts';

export type StoreKind = 'vault' | 'aws' | 'file';

export const storeKinds: readonly StoreKind[] = ['vault', 'aws', 'file'];

/** The two secrets of every pod here: `db` becomes two files that belong together, `api` one. */
export type Key = 'db' | 'api';

export interface BenchOptions {
  /** Default: one of its own. */
  readonly clock?: PodClock;
  /** The pod's volumes. Default: of a new pod. */
  readonly root?: string;
}

/** A store with two secrets in it, and a pod that has them as files. */
export interface Bench {
  readonly kind: StoreKind;
  readonly clock: PodClock;
  readonly pod: Pod;
  readonly plan: Plan;
  readonly root: string;
  /** The secrets volume. */
  readonly folder: string;
  /** Texts that nothing but the files may ever hold. */
  readonly canaries: readonly string[];
  /** What sentences call the server, `host:port`; empty where there is none. */
  readonly server: string;
  /** How many times both secrets have been written. */
  readonly generation: number;
  /** The files of a secret as they are after it was written so many times. */
  files(key: Key, generation: number): Readonly<Record<string, string>>;
  /** Writes both secrets anew. Where a fault stands in the way they are written as it is lifted. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

/** What goes wrong with an answer, in the words of every stand-in. */
export type AnswerFault =
  | {
      readonly kind:
        'reset' | 'reset-mid-body' | 'hang' | 'truncated-json' | 'html' | 'empty-body' | 'huge-body';
    }
  | { readonly kind: 'slow-headers' | 'slow-body'; readonly milliseconds: number }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  | { readonly kind: 'redirect'; readonly location: string };

/** Which requests meet a fault: all of them, those for a log-in, or those for the secret `db`. */
export type Target = 'all' | 'login' | 'db';

/** A bench whose store is reached over a network. */
export interface NetworkBench extends Bench {
  readonly front: Front;
  readonly names: Names;
  /** A certificate for the name of the store, signed by the authority that the pod trusts. */
  certificate(validity?: { readonly fromDay?: number; readonly toDay?: number }): Promise<ServerCertificate>;
  /** The same authority's certificate for another name. */
  certificateFor(name: string): Promise<ServerCertificate>;
  /** Has answers go wrong; returns how many requests have met the fault. */
  answer(fault: AnswerFault, target?: Target): () => number;
  clearAnswers(): void;
  /** The backend forgets every log-in that it has given. */
  endLogins(): void;
  /** Puts another token on the pod's disk: of another audience, or signed by nobody's key. */
  putToken(token: PodToken): Promise<void>;
  /** The role no longer lets the pod's ServiceAccount in, or does again. */
  refuseRole(refuses: boolean): unknown;
  /** The backend's clock is so many milliseconds ahead. */
  backendClockAhead(milliseconds: number): void;
}

/** A projected token. Default: a good one. */
export interface PodToken {
  readonly audience?: string;
  readonly seconds?: number;
  /** Whether the cluster's key signed it. */
  readonly forged?: boolean;
  /** Whether it is there at all. */
  readonly missing?: boolean;
}

/** A fault in force. */
export interface Struck {
  /** Ends it. */
  readonly lift: () => unknown;
  /** How many requests wait for something that does not come. */
  readonly stuck?: (requests: OpenRequests) => number;
  /** What must not have happened; throws where it has. */
  readonly check?: () => void;
}

export type Strike<B> = (bench: B) => Struck | Promise<Struck>;

/** What the user of a running pod sees; undefined in a cell: nothing at all. */
export interface Seen {
  readonly code: ProviderErrorCode;
  /** The sentence of `/status` and the log, with SERVER for `host:port`. */
  readonly says: string;
  /** Of `keyferry_provider_requests_total`; undefined: no request is made. */
  readonly operation?: string;
  /** Which secrets stay behind; the others move on. Default: both. */
  readonly keys?: readonly Key[];
  /** Seconds that the backend asked to be left alone for. */
  readonly retryAfter?: number;
}
