import { annotation } from '../../lib/annotation-names.ts';
import type { Plan, PlanFile } from '../../lib/plan.ts';
import { mebibytes, parseQuantity } from '../../lib/quantity.ts';
import type { RequestedResources } from './annotations.ts';
import { issue, type Issue } from './codes.ts';
import { isOurs } from './containers.ts';
import { allContainers, type Container, type Pod } from './pod.ts';
import type { AgentResources } from './settings.ts';

const mebi = 2 ** 20;

/** What one file may take of a generation: most secrets are far smaller, and AWS keeps no larger ones. */
const bytesPerFile = 64 * 1024;
const filesPerExtract = 16;
const generations = 3;
const minimumSecretsBytes = 8 * mebi;
const minimumStateBytes = 4 * mebi;
/** The agent itself, and for a moment the second process of `wait`. */
const agentMemoryBytes = 160 * mebi;

/** A CPU limit of the request's 25m would stretch a start to seconds, so a Guaranteed agent asks for more. */
const guaranteedCpu = '250m';

/** Sizes of the two memory volumes, as quantities. */
export interface Room {
  readonly secrets: string;
  readonly state: string;
  readonly bytes: number;
}

/** How many files a template makes: one each; a text that maps names to contents may make several. */
const templatesOf = (file: PlanFile): number => {
  if (file.kind === 'template') return 1;
  return file.kind === 'external-secret' ? (file.templates ?? []).length : 0;
};

/** How many files something of the plan may come to. */
const filesOf = (file: PlanFile): number => {
  if (file.kind === 'extract') return filesPerExtract;
  if (file.kind !== 'external-secret') return 1;
  return file.entries.length + filesPerExtract * file.sets.length + templatesOf(file);
};

/**
 * How large the memory volumes may grow: three generations of files, and the state that outlives a restart, which has what was read and
 * what templates made of it.
 */
export const roomFor = (plan: Plan): Room => {
  const files = plan.files.reduce((sum, file) => sum + filesOf(file), 0);
  const secrets = Math.max(minimumSecretsBytes, generations * bytesPerFile * files);
  const kept = plan.sources.length + plan.files.reduce((sum, file) => sum + templatesOf(file), 0);
  const state = Math.max(minimumStateBytes, generations * bytesPerFile * kept);
  return { secrets: mebibytes(secrets), state: mebibytes(state), bytes: secrets + state };
};

const isGuaranteedFor = ({ resources }: Container, name: string): boolean => {
  const limit = resources?.limits?.[name];
  if (limit === undefined) return false;
  const request = resources?.requests?.[name] ?? limit;
  return parseQuantity(limit) !== 0 && parseQuantity(limit) === parseQuantity(request);
};

/** Whether the pod without us would be of the QoS class Guaranteed: every container limits CPU and memory to its requests. */
export const wouldBeGuaranteed = (pod: Pod): boolean =>
  allContainers(pod)
    .filter(({ name }) => !isOurs(name))
    .every((container) => ['cpu', 'memory'].every((name) => isGuaranteedFor(container, name)));

/** Resources of an injected container, as its manifest has them. */
export interface ContainerResources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

/** A default request gives way to a limit that is lower; one that the user wrote stays, and is refused elsewhere. */
const requestWithin = (installed: string, limit: string | undefined): string =>
  limit !== undefined && (parseQuantity(limit) ?? 0) < (parseQuantity(installed) ?? 0) ? limit : installed;

const larger = (a: string, b: string | undefined): string =>
  b !== undefined && (parseQuantity(b) ?? 0) > (parseQuantity(a) ?? 0) ? b : a;

/** The memory that the agent and what it keeps in memory volumes may come to. */
const neededMemory = (room: Room): string => mebibytes(agentMemoryBytes + room.bytes);

interface Choices {
  readonly requested: RequestedResources;
  readonly installed: AgentResources;
}

/** A request that the user wrote lifts a limit that the user did not write. */
const chooseLimits = (
  { requested, installed }: Choices,
  room: Room,
): { readonly cpu?: string; readonly memory: string } => {
  const memory =
    requested.limitsMemory ?? larger(installed.limitsMemory ?? neededMemory(room), requested.requestsMemory);
  const cpu =
    requested.limitsCpu ?? (installed.limitsCpu && larger(installed.limitsCpu, requested.requestsCpu));
  return { ...(cpu === undefined ? {} : { cpu }), memory };
};

/**
 * What an injected container asks for: the pod's annotations before the install's settings. No CPU limit by default, since a
 * throttled start delays the app.
 */
export const agentResources = (pod: Pod, room: Room, choices: Choices): ContainerResources => {
  const { requested, installed } = choices;
  const limits = chooseLimits(choices, room);
  if (wouldBeGuaranteed(pod)) {
    const both = { cpu: limits.cpu ?? requested.requestsCpu ?? guaranteedCpu, memory: limits.memory };
    return { requests: both, limits: both };
  }
  const cpu = requested.requestsCpu ?? requestWithin(installed.requestsCpu, limits.cpu);
  const memory = requested.requestsMemory ?? requestWithin(installed.requestsMemory, limits.memory);
  return { requests: { cpu, memory }, limits };
};

/** A memory limit that the user wrote and that may not do: the kernel would end the agent when its volumes fill. */
export const memoryWarnings = ({ limitsMemory }: RequestedResources, room: Room): readonly string[] => {
  const needed = neededMemory(room);
  if (limitsMemory === undefined || larger(limitsMemory, needed) === limitsMemory) return [];
  return [
    `${annotation('agent-limits-memory')} is ${limitsMemory}; agent and memory volumes may come to ${needed}`,
  ];
};

const exceeds = (request: string | undefined, limit: string | undefined): boolean =>
  request !== undefined && limit !== undefined && (parseQuantity(request) ?? 0) > (parseQuantity(limit) ?? 0);

/** Requests above their limits, which the API server would refuse in words that do not name our annotations. */
export const resourceIssues = (requested: RequestedResources): readonly Issue[] => {
  const pairs = [
    ['cpu', requested.requestsCpu, requested.limitsCpu],
    ['memory', requested.requestsMemory, requested.limitsMemory],
  ] as const;
  return pairs.flatMap(([name, request, limit]) =>
    exceeds(request, limit)
      ? [
          issue(
            'invalid_value',
            annotation(`agent-requests-${name}`),
            `is more than ${annotation(`agent-limits-${name}`)} allows`,
          ),
        ]
      : [],
  );
};
