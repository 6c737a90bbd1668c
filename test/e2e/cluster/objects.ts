/** A Kubernetes object as far as this driver writes one. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly uid?: string;
  readonly creationTimestamp?: string;
}

export interface ContainerState {
  readonly running?: { readonly startedAt: string };
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

export interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly restartPolicy?: string;
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly resources?: {
    readonly limits?: Readonly<Record<string, string>>;
    readonly requests?: Readonly<Record<string, string>>;
  };
}

/** A pod as far as this driver reads one. */
export interface Pod extends KubernetesObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly qosClass?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** What a list of objects looks like to `kubectl apply`. */
export const listOf = (items: readonly KubernetesObject[]): object => ({
  apiVersion: 'v1',
  kind: 'List',
  items,
});

export const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

/** The status of a container, init containers too. */
export const containerStatus = (pod: Pod, name: string): ContainerStatus | undefined =>
  [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find(
    (status) => status.name === name,
  );

const describeStatus = ({ name, state, lastState }: ContainerStatus): string => {
  const ended = state?.terminated ?? lastState?.terminated;
  const now = state?.waiting?.reason ?? Object.keys(state ?? {}).join();
  return `${name} ${now} ${ended?.message ?? ''}`.trim();
};

/** A pod's state for an error message. */
export const describePod = ({ status }: Pod): string =>
  [status?.phase ?? 'no phase']
    .concat(
      [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(describeStatus),
    )
    .join(', ');
