import { agentUser } from '../../lib/names.ts';
import { issue, type Issue } from './codes.ts';
import type { Container, Pod, PodSecurityContext } from './pod.ts';
import type { RequestedMode } from './requests.ts';

/** As whom the agent runs and whose the files are. */
export interface Ownership {
  readonly user: number;
  readonly group: number;
  /** Group that the files are given; null: the agent's own. */
  readonly fileGroup: number | null;
  /** Mode of files that no annotation gives one. */
  readonly mode: '0440' | '0444';
}

type Known<T> = T | undefined;

const userOf = (container: Container, pod: PodSecurityContext): Known<number> =>
  container.securityContext?.runAsUser ?? pod.runAsUser ?? undefined;

const groupOf = (container: Container, pod: PodSecurityContext): Known<number> =>
  container.securityContext?.runAsGroup ?? pod.runAsGroup ?? undefined;

const isId = (id: number | null | undefined): id is number => typeof id === 'number';

/** What all of them agree on, or undefined where one differs or is not known. */
const common = (values: readonly Known<number>[]): Known<number> => {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
};

/**
 * The rule of owners (docs/files.md): the first that applies of the pod's fsGroup, one known user, one known group, the first
 * supplemental group, everybody. The agent is never root, and no id is guessed from an image.
 */
export const decideOwnership = (pod: Pod, containers: readonly Container[]): Ownership => {
  const context = pod.spec?.securityContext ?? {};
  const commonUser = common(containers.map((container) => userOf(container, context)));
  const user = commonUser === 0 ? undefined : commonUser;
  const agent = { user: user ?? agentUser, group: agentUser };
  if (isId(context.fsGroup)) return { ...agent, fileGroup: context.fsGroup, mode: '0440' };
  if (user !== undefined) return { ...agent, fileGroup: null, mode: '0440' };
  const group = common(containers.map((container) => groupOf(container, context)));
  if (group !== undefined) return { ...agent, group, fileGroup: group, mode: '0440' };
  const supplemental = context.supplementalGroups?.[0];
  if (supplemental !== undefined) return { ...agent, fileGroup: supplemental, mode: '0440' };
  return { ...agent, fileGroup: null, mode: '0444' };
};

/** Which of the three digits of a mode speaks of a container: 0 owner, 1 group, 2 others. Root counts as anyone. */
const digitFor = (container: Container, pod: Pod, owner: Ownership): 0 | 1 | 2 => {
  const context = pod.spec?.securityContext ?? {};
  if (userOf(container, context) === owner.user) return 0;
  if (owner.fileGroup !== null) return 1;
  return groupOf(container, context) === owner.group ? 1 : 2;
};

const reads = (mode: string, digit: 0 | 1 | 2): boolean => (Number(mode.charAt(digit + 1)) & 4) === 4;

const classNames = ['owner', 'group', 'others'] as const;

/** Refuses modes that one of the containers with the mount could not read its files with. */
export const unreadableModeIssues = (
  pod: Pod,
  containers: readonly Container[],
  { owner, modes }: { readonly owner: Ownership; readonly modes: readonly RequestedMode[] },
): readonly Issue[] =>
  modes.flatMap(({ place, value: mode }) =>
    containers.flatMap((container) => {
      const digit = digitFor(container, pod, owner);
      if (reads(mode, digit)) return [];
      const files = `the files belong to ${owner.user}:${owner.fileGroup ?? owner.group}`;
      const message = `container "${container.name}" could not read mode ${mode}: ${files}, and it comes in as ${classNames[digit]}; use ${owner.mode}`;
      return [issue('unreadable_mode', place, message)];
    }),
  );
