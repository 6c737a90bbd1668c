import { annotation } from '../../lib/annotation-names.ts';
import { trustConfigMap, trustFile, trustKey } from '../../lib/broker/names.ts';
import * as names from '../../lib/names.ts';
import type { Lifecycle } from '../../lib/plan.ts';
import type { ConfigMapProjection, PlanWithTokens } from './build-plan.ts';
import type { Ownership } from './owner.ts';
import type { Container, Volume, VolumeMount } from './pod.ts';
import type { TokenProjection } from '../../lib/connections/token.ts';
import type { ContainerResources, Room } from './resources.ts';
import type { Settings } from './settings.ts';

/** What the webhook adds to a pod, spelled out with every default that the API server would fill in. */
export interface Injected {
  /** In the order in which they start. */
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
  /** The mount of the app's containers. */
  readonly mount: VolumeMount;
}

type AgentMode = 'init' | 'refresh' | 'run' | 'wait';

/** The agent starts no inspector on SIGUSR1: whoever may signal it could read its memory through one. */
const program = ['node', '--disable-sigusr1', names.agentProgram] as const;

const downward = (name: string, fieldPath: string): object => ({
  name,
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
});

const environment = (encodedPlan: string): readonly object[] => [
  { name: names.planVariable, value: encodedPlan },
  downward(names.podNameVariable, 'metadata.name'),
  downward(names.podNamespaceVariable, 'metadata.namespace'),
  downward(names.podUidVariable, 'metadata.uid'),
];

const agentMounts: readonly VolumeMount[] = [
  { name: names.secretsVolumeName, mountPath: names.secretsMountPath },
  { name: names.stateVolumeName, mountPath: names.stateMountPath },
  { name: names.identityVolumeName, mountPath: names.identityMountPath, readOnly: true },
];

/** Pod Security `restricted`, and the ids of the rule of owners. */
const securityContext = ({ user, group }: Ownership): object => ({
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsGroup: group,
  runAsNonRoot: true,
  runAsUser: user,
  seccompProfile: { type: 'RuntimeDefault' },
});

/** Whether a container of this mode keeps running beside the app. */
const isSidecar = (mode: AgentMode): boolean => mode === 'run' || mode === 'refresh';

export interface InjectionDetails {
  readonly planned: PlanWithTokens;
  readonly owner: Ownership;
  readonly room: Room;
  readonly resources: ContainerResources;
  readonly mountPath: string;
  /** On the node's network a declared port would have to be free on the node. */
  readonly hostNetwork: boolean;
  readonly settings: Settings;
}

const container = (name: string, mode: AgentMode, details: InjectionDetails): Container => {
  const { planned, owner, resources, hostNetwork, settings } = details;
  const { port } = planned.plan;
  const declaresPort = isSidecar(mode) && port > 0 && !hostNetwork;
  const described = {
    name,
    image: settings.agentImage,
    imagePullPolicy: settings.agentImagePullPolicy,
    command: program,
    args: [mode],
    env: environment(planned.encoded),
    ...(declaresPort ? { ports: [{ containerPort: port, name: 'keyferry', protocol: 'TCP' }] } : {}),
    resources,
    ...(mode === 'run' ? { lifecycle: { postStart: { exec: { command: [...program, 'wait'] } } } } : {}),
    ...(isSidecar(mode) ? { restartPolicy: 'Always' } : {}),
    securityContext: securityContext(owner),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: agentMounts,
  };
  return described as Container;
};

const modes: Readonly<Record<Lifecycle, readonly (readonly [string, AgentMode])[]>> = {
  native: [[names.refreshContainerName, 'run']],
  'init+sidecar': [
    [names.initContainerName, 'init'],
    [names.refreshContainerName, 'refresh'],
  ],
  init: [[names.initContainerName, 'init']],
  sidecar: [[names.refreshContainerName, 'refresh']],
};

const tokenSource = ({ name, audience, expirationSeconds }: TokenProjection): object => ({
  serviceAccountToken: {
    ...(audience === undefined ? {} : { audience }),
    expirationSeconds,
    path: `${names.tokensFolder}/${name}`,
  },
});

/** Optional: a pod waits for ever for a ConfigMap that is not there, and nobody would say why; the agent does. */
const configMapSource = ({ name, keys }: ConfigMapProjection): object => ({
  configMap: {
    items: keys.map((key) => ({ key, path: `${names.configMapsFolder}/${name}/${key}` })),
    name,
    optional: true,
  },
});

/** Optional: in a new namespace the plan's own copy has to do until this one is there. */
const trustSource = {
  configMap: { items: [{ key: trustKey, path: trustFile }], name: trustConfigMap, optional: true },
};

const forceSyncSource = {
  downwardAPI: {
    items: [
      {
        fieldRef: { apiVersion: 'v1', fieldPath: `metadata.annotations['${annotation('force-sync')}']` },
        path: names.forceSyncFile,
      },
    ],
  },
};

/** 0644: with this mode the kubelet's own rule for projected tokens always lets the agent's user read them. */
const identityMode = 0o644;

const memoryVolume = (name: string, sizeLimit: string): Volume => ({
  name,
  emptyDir: { medium: 'Memory', sizeLimit },
});

/** Works out everything that is added to the pod. */
export const describeInjected = (details: InjectionDetails): Injected => ({
  containers: modes[details.planned.plan.lifecycle].map(([name, mode]) => container(name, mode, details)),
  volumes: [
    memoryVolume(names.secretsVolumeName, details.room.secrets),
    memoryVolume(names.stateVolumeName, details.room.state),
    {
      name: names.identityVolumeName,
      projected: {
        defaultMode: identityMode,
        sources: [
          ...details.planned.tokens.map(tokenSource),
          ...details.planned.configMaps.map(configMapSource),
          ...(details.planned.plan.broker === undefined ? [] : [trustSource]),
          forceSyncSource,
        ],
      },
    },
  ],
  mount: { name: names.secretsVolumeName, mountPath: details.mountPath, readOnly: true },
});
