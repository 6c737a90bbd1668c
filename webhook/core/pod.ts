/** What of a pod the decision reads. Everything else is carried along untouched. */
export interface Pod {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: PodMetadata;
  readonly spec?: PodSpec;
}

export interface PodMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>> | null;
}

export interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[] | null;
  readonly volumes?: readonly Volume[] | null;
  readonly securityContext?: PodSecurityContext | null;
  readonly serviceAccountName?: string;
  readonly hostNetwork?: boolean;
  readonly os?: { readonly name?: string } | null;
  readonly nodeSelector?: Readonly<Record<string, string>> | null;
}

export interface PodSecurityContext {
  readonly runAsUser?: number | null;
  readonly runAsGroup?: number | null;
  readonly fsGroup?: number | null;
  readonly supplementalGroups?: readonly number[] | null;
}

export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvironmentVariable[] | null;
  readonly ports?: readonly { readonly containerPort: number }[] | null;
  readonly resources?: Resources | null;
  readonly volumeMounts?: readonly VolumeMount[] | null;
  readonly securityContext?: {
    readonly runAsUser?: number | null;
    readonly runAsGroup?: number | null;
  } | null;
  readonly restartPolicy?: string;
  readonly lifecycle?: unknown;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

export interface Resources {
  readonly requests?: Readonly<Record<string, string>> | null;
  readonly limits?: Readonly<Record<string, string>> | null;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

export const initContainers = (pod: Pod): readonly Container[] => pod.spec?.initContainers ?? [];

/** Init containers, then containers, as the kubelet starts them. */
export const allContainers = (pod: Pod): readonly Container[] => [
  ...initContainers(pod),
  ...(pod.spec?.containers ?? []),
];

export const volumes = (pod: Pod): readonly Volume[] => pod.spec?.volumes ?? [];

export const mountsOf = (container: Container): readonly VolumeMount[] => container.volumeMounts ?? [];

/** The ServiceAccount that a pod runs as: the API server fills in `default` before webhooks see the pod. */
export const serviceAccountOf = (pod: Pod): string => pod.spec?.serviceAccountName || 'default';

interface DisplayedPod {
  readonly metadata?: { readonly name?: string | undefined; readonly generateName?: string | undefined };
}

/** The name that messages call a pod by; a pod of a workload has no name of its own yet. */
export const displayName = ({ metadata }: DisplayedPod): string =>
  metadata?.name ?? `${metadata?.generateName ?? ''}*`;
