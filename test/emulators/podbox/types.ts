import type { Pod } from './manifest/pod-types.ts';

/** What stands for a container image: files from this machine, and how they are started. */
export interface Image {
  /** Absolute path in the container -> file on this machine. Each is copied into every container's root, so it must not need others. */
  readonly files?: Readonly<Record<string, string>>;
  /** The program that `node` means; the one that runs podbox by default. */
  readonly node?: string;
  /** Started where the manifest names no command. */
  readonly entrypoint?: readonly string[];
  /** Where the manifest sets no runAsUser or runAsGroup: the user and group that the image sets. Root by default. */
  readonly user?: number;
  readonly group?: number;
}

/** What the kubelet asks the TokenRequest API for, for one projected token. */
export interface TokenRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly pod: { readonly name: string; readonly uid: string };
  /** The API server's own audience where the volume names none. */
  readonly audience?: string;
  readonly expirationSeconds: number;
}

interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export type TokenSource = (request: TokenRequest) => Promise<IssuedToken>;

/** The data of a ConfigMap, or undefined where there is none. */
export type ConfigMapSource = (
  namespace: string,
  name: string,
) => Readonly<Record<string, string>> | undefined;

/** The pod's name (`name`, or `namespace/name`), or anything with its metadata. */
export type PodReference = string | Pick<Pod, 'metadata'>;

export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly container?: string;
  readonly time: Date;
}

/** Says once, in a sentence, what of a manifest is not enforced on this machine. */
export type Note = (text: string) => void;
