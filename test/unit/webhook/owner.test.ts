import { describe, expect, test } from '@jest/globals';
import { decideOwnership, unreadableModeIssues } from '../../../webhook/core/owner.ts';
import type { Pod, PodSecurityContext } from '../../../webhook/core/pod.ts';

type Ids = readonly [user?: number | null, group?: number | null];

const podOf = (context: PodSecurityContext | null, containers: readonly Ids[]): Pod => ({
  spec: {
    securityContext: context,
    containers: containers.map(([runAsUser, runAsGroup], index) => ({
      name: `c${index}`,
      securityContext: {
        ...(runAsUser === undefined ? {} : { runAsUser }),
        ...(runAsGroup === undefined ? {} : { runAsGroup }),
      },
    })),
  },
});

interface Row {
  readonly rule: string;
  readonly pod?: PodSecurityContext | null;
  readonly containers: readonly Ids[];
  /** User and group of the agent, group of the files, mode. */
  readonly wanted: readonly [number, number, number | null, string];
}

const none: Ids = [];

const rows: readonly Row[] = [
  { rule: '1: fsGroup', pod: { fsGroup: 7 }, containers: [none], wanted: [65532, 65532, 7, '0440'] },
  { rule: '1: fsGroup 0', pod: { fsGroup: 0 }, containers: [none], wanted: [65532, 65532, 0, '0440'] },
  {
    rule: '1: fsGroup, one user',
    pod: { fsGroup: 7 },
    containers: [[5], [5]],
    wanted: [5, 65532, 7, '0440'],
  },
  {
    rule: '1: fsGroup, one group',
    pod: { fsGroup: 7 },
    containers: [
      [5, 9],
      [6, 9],
    ],
    wanted: [65532, 65532, 7, '0440'],
  },
  {
    rule: '1: fsGroup, root',
    pod: { fsGroup: 7, runAsUser: 0 },
    containers: [none],
    wanted: [65532, 65532, 7, '0440'],
  },
  {
    rule: '1: fsGroup, users differ',
    pod: { fsGroup: 7 },
    containers: [[5], [6]],
    wanted: [65532, 65532, 7, '0440'],
  },
  {
    rule: '1: fsGroup, one user unknown',
    pod: { fsGroup: 7 },
    containers: [[5], none],
    wanted: [65532, 65532, 7, '0440'],
  },
  {
    rule: '2: one user of the pod',
    pod: { runAsUser: 5 },
    containers: [none, none],
    wanted: [5, 65532, null, '0440'],
  },
  {
    rule: '2: one user of the containers',
    pod: null,
    containers: [[5], [5]],
    wanted: [5, 65532, null, '0440'],
  },
  {
    rule: '2: containers over the pod',
    pod: { runAsUser: 0 },
    containers: [[5]],
    wanted: [5, 65532, null, '0440'],
  },
  {
    rule: '2: null is the pod’s',
    pod: { runAsUser: 5 },
    containers: [[null]],
    wanted: [5, 65532, null, '0440'],
  },
  {
    rule: '2 before 3 and 4',
    pod: { runAsUser: 5, runAsGroup: 9, supplementalGroups: [8] },
    containers: [none],
    wanted: [5, 65532, null, '0440'],
  },
  { rule: '3: one group', pod: { runAsGroup: 9 }, containers: [[5], [6]], wanted: [65532, 9, 9, '0440'] },
  { rule: '3: group 0', pod: { runAsGroup: 0 }, containers: [none], wanted: [65532, 0, 0, '0440'] },
  { rule: '3: root with a group', containers: [[0, 9]], wanted: [65532, 9, 9, '0440'] },
  {
    rule: '3 before 4',
    pod: { runAsGroup: 9, supplementalGroups: [8] },
    containers: [none],
    wanted: [65532, 9, 9, '0440'],
  },
  {
    rule: '4: supplemental groups',
    pod: { supplementalGroups: [8, 4] },
    containers: [none],
    wanted: [65532, 65532, 8, '0440'],
  },
  {
    rule: '4: groups differ',
    pod: { supplementalGroups: [8] },
    containers: [
      [5, 1],
      [6, 2],
    ],
    wanted: [65532, 65532, 8, '0440'],
  },
  { rule: '5: nothing', containers: [none], wanted: [65532, 65532, null, '0444'] },
  {
    rule: '5: no groups',
    pod: { supplementalGroups: [] },
    containers: [none],
    wanted: [65532, 65532, null, '0444'],
  },
  { rule: '5: root', containers: [[0]], wanted: [65532, 65532, null, '0444'] },
  { rule: '5: one user unknown', containers: [[5], none], wanted: [65532, 65532, null, '0444'] },
  { rule: '5: one group unknown', containers: [[5, 9], [6]], wanted: [65532, 65532, null, '0444'] },
  { rule: '5: nobody', containers: [], wanted: [65532, 65532, null, '0444'] },
];

describe('the rule of owners', () => {
  test.each(rows)('$rule', ({ pod: context = null, containers, wanted }) => {
    const pod = podOf(context, containers);
    const { user, group, fileGroup, mode } = decideOwnership(pod, pod.spec?.containers ?? []);
    expect([user, group, fileGroup, mode]).toEqual(wanted);
  });

  test('the agent is never root, and the mode of a rule is readable for all whom it counts', () => {
    for (const { pod: context = null, containers } of rows) {
      const pod = podOf(context, containers);
      const everybody = pod.spec?.containers ?? [];
      const owner = decideOwnership(pod, everybody);
      expect(owner.user).not.toBe(0);
      const modes = [{ value: owner.mode, place: 'x' }];
      expect(unreadableModeIssues(pod, everybody, { owner, modes })).toEqual([]);
    }
  });
});

describe('modes', () => {
  const issuesFor = (
    mode: string,
    context: PodSecurityContext | null,
    containers: readonly Ids[],
  ): string[] => {
    const pod = podOf(context, containers);
    const everybody = pod.spec?.containers ?? [];
    const owner = decideOwnership(pod, everybody);
    const modes = [{ value: mode, place: 'x' }];
    return unreadableModeIssues(pod, everybody, { owner, modes }).map(
      ({ message }) => message.split(':')[0] ?? '',
    );
  };

  test.each([
    ['0400', null, [[5]]],
    ['0440', { fsGroup: 7 }, [none]],
    ['0040', { fsGroup: 7 }, [none]],
    ['0400', { fsGroup: 7 }, [[5]]],
    ['0004', null, [none]],
    ['0040', null, [[0, 9]]],
    [
      '0040',
      null,
      [
        [5, 65532],
        [6, 65532],
      ],
    ],
    ['0777', null, [none]],
  ] as readonly (readonly [string, PodSecurityContext | null, Ids[]])[])(
    '%s is readable: %j %j',
    (mode, context, containers) => {
      expect(issuesFor(mode, context, containers)).toEqual([]);
    },
  );

  test.each([
    ['0400', null, [none], ['container "c0" could not read mode 0400']],
    ['0040', null, [[5]], ['container "c0" could not read mode 0040']],
    ['0400', { fsGroup: 7 }, [none], ['container "c0" could not read mode 0400']],
    ['0333', null, [none], ['container "c0" could not read mode 0333']],
    [
      '0000',
      null,
      [[5], [5]],
      ['container "c0" could not read mode 0000', 'container "c1" could not read mode 0000'],
    ],
    [
      '0440',
      null,
      [[0], [5]],
      ['container "c0" could not read mode 0440', 'container "c1" could not read mode 0440'],
    ],
  ] as readonly (readonly [string, PodSecurityContext | null, Ids[], string[]])[])(
    '%s is not: %j %j',
    (mode, context, containers, wanted) => {
      expect(issuesFor(mode, context, containers)).toEqual(wanted);
    },
  );
});
