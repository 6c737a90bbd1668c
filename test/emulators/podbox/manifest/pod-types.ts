/** The parts of a Pod that podbox honours. `V1Pod` of @kubernetes/client-node fits, and so does a parsed manifest. */

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface FieldReference {
  readonly fieldPath: string;
}

export interface DownwardFile {
  readonly path: string;
  readonly mode?: number;
  readonly fieldRef?: FieldReference;
}

export interface TokenProjection {
  readonly audience?: string;
  readonly expirationSeconds?: number;
  readonly path: string;
}

export interface KeyFile {
  readonly key: string;
  readonly path: string;
  readonly mode?: number;
}

export interface ConfigMapProjection {
  readonly name?: string;
  readonly optional?: boolean;
  readonly items?: readonly KeyFile[];
}

export interface VolumeProjection {
  readonly serviceAccountToken?: TokenProjection;
  readonly downwardAPI?: { readonly items?: readonly DownwardFile[] };
  readonly configMap?: ConfigMapProjection;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly medium?: string; readonly sizeLimit?: string };
  readonly downwardAPI?: { readonly defaultMode?: number; readonly items?: readonly DownwardFile[] };
  readonly projected?: { readonly defaultMode?: number; readonly sources?: readonly VolumeProjection[] };
}

interface Identity {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef?: FieldReference };
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly lifecycle?: { readonly postStart?: { readonly exec?: { readonly command?: readonly string[] } } };
  readonly restartPolicy?: string;
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: string;
  readonly securityContext?: Identity;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly restartPolicy?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly serviceAccountName?: string;
  readonly nodeName?: string;
  readonly securityContext?: Identity & {
    readonly fsGroup?: number;
    readonly supplementalGroups?: readonly number[];
  };
}

export interface Pod {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: Metadata;
  readonly spec?: PodSpec;
}

/** A pod that podbox has taken: it has a namespace and a uid, and its annotations may change. */
export interface TakenPod extends Pod {
  metadata: Metadata & { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: PodSpec;
}

/** How the kubelet names a pod in its messages. */
export const longName = ({ metadata: { name, namespace, uid } }: TakenPod): string =>
  `${name}_${namespace}(${uid})`;
