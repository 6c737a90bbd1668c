import type { Pod } from '../../webhook/core/pod.ts';

interface SecurityContext {
  readonly allowPrivilegeEscalation?: boolean;
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly privileged?: boolean;
  readonly procMount?: string;
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly seLinuxOptions?: unknown;
  readonly windowsOptions?: unknown;
}

interface CheckedContainer {
  readonly name: string;
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly securityContext?: SecurityContext;
}

type Rule = readonly [string, (context: SecurityContext) => boolean];

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, as far as it speaks of containers. */
const rules: readonly Rule[] = [
  ['privileged', ({ privileged }) => privileged !== true],
  ['allowPrivilegeEscalation', ({ allowPrivilegeEscalation }) => allowPrivilegeEscalation === false],
  ['capabilities.drop', ({ capabilities }) => capabilities?.drop?.includes('ALL') === true],
  [
    'capabilities.add',
    ({ capabilities }) => (capabilities?.add ?? []).every((name) => name === 'NET_BIND_SERVICE'),
  ],
  ['runAsNonRoot', ({ runAsNonRoot }) => runAsNonRoot === true],
  ['runAsUser', ({ runAsUser }) => runAsUser !== 0],
  [
    'seccompProfile',
    ({ seccompProfile }) => ['RuntimeDefault', 'Localhost'].includes(seccompProfile?.type ?? ''),
  ],
  ['procMount', ({ procMount }) => (procMount ?? 'Default') === 'Default'],
  ['seLinuxOptions', ({ seLinuxOptions }) => seLinuxOptions === undefined],
  ['windowsOptions', ({ windowsOptions }) => windowsOptions === undefined],
];

const allowedSources = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const containerViolations = ({ name, ports, securityContext }: CheckedContainer): string[] => [
  ...rules.filter(([, holds]) => !holds(securityContext ?? {})).map(([rule]) => `${name}: ${rule}`),
  ...((ports ?? []).some(({ hostPort }) => (hostPort ?? 0) !== 0) ? [`${name}: hostPort`] : []),
];

/** What the named containers and volumes of a pod would be refused for where Pod Security is `restricted`. */
export const restrictedViolations = (
  pod: Pod,
  ours: { readonly containers: ReadonlySet<string>; readonly volumes: ReadonlySet<string> },
): readonly string[] => {
  const containers = [
    ...(pod.spec?.initContainers ?? []),
    ...(pod.spec?.containers ?? []),
  ] as CheckedContainer[];
  const badVolumes = (pod.spec?.volumes ?? [])
    .filter(({ name }) => ours.volumes.has(name))
    .filter((volume) => !allowedSources.some((source) => Object.hasOwn(volume, source)));
  return [
    ...containers.filter(({ name }) => ours.containers.has(name)).flatMap(containerViolations),
    ...badVolumes.map(({ name }) => `volume ${name}`),
  ];
};
