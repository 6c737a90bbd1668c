import { expect } from '@jest/globals';
import fastJsonPatch from 'fast-json-patch';
import { planVariable } from '../../lib/names.ts';
import { encodePlan, parsePlan, type Plan } from '../../lib/plan.ts';
import { isOurs } from '../../webhook/core/containers.ts';
import type { Injection } from '../../webhook/core/decide.ts';
import { allContainers, mountsOf, volumes, type Pod } from '../../webhook/core/pod.ts';
import { decideOn } from './golden-admission.ts';
import { reviewOf, type GoldenCase } from './golden-case.ts';
import { neighbours, withoutOurs } from './golden-neighbours.ts';
import { restrictedViolations } from './golden-pod-security.ts';

export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Freezes a value and everything in it, so that whoever writes to it throws. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
};

/** The patched pod by a second implementation of JSON Patch, which checks each operation. */
export const patchedBy = (pod: Pod, patch: readonly unknown[]): Pod =>
  fastJsonPatch.applyPatch(plain(pod), patch as fastJsonPatch.Operation[], true).newDocument;

/** Whatever neighbours do to an injected pod, the next call changes nothing. */
export const expectStable = (golden: GoldenCase, { pod }: Injection): void => {
  for (const [what, change] of neighbours) {
    const again = decideOn(reviewOf(change(plain(pod)), golden.namespace, requestRest(golden)), golden);
    expect({ after: what, kind: again.kind, patch: again.kind === 'inject' ? again.patch : again }).toEqual({
      after: what,
      kind: 'inject',
      patch: [],
    });
  }
};

/** The case's request but for its object. */
const requestRest = ({ review }: GoldenCase): Record<string, unknown> =>
  Object.fromEntries(Object.entries(review['request'] as object).filter(([name]) => name !== 'object'));

/** Nothing of the pod's own is gone or changed. */
export const expectAdditive = (before: Pod, after: Pod): void => {
  expect(withoutOurs(after, before)).toEqual(withoutOurs(before, before));
};

const expectUnique = (what: string, values: readonly string[]): void => {
  expect({ what, twice: values.filter((value, index) => values.indexOf(value) !== index) }).toEqual({
    what,
    twice: [],
  });
};

/** No name and no path of a mount is there twice, and every mount has its volume. */
export const expectConsistent = (pod: Pod): void => {
  const names = volumes(pod).map(({ name }) => name);
  expectUnique('volumes', names);
  expectUnique(
    'containers',
    allContainers(pod).map(({ name }) => name),
  );
  for (const container of allContainers(pod)) {
    expectUnique(
      `mounts of ${container.name}`,
      mountsOf(container).map(({ mountPath }) => mountPath),
    );
    const dangling = mountsOf(container).filter(({ name }) => !names.includes(name));
    expect(dangling).toEqual([]);
  }
};

export const expectRestricted = (pod: Pod): void => {
  const ours = new Set(['keyferry-init', 'keyferry-refresh']);
  const kept = new Set(['keyferry-secrets', 'keyferry-state', 'keyferry-identity']);
  expect(restrictedViolations(pod, { containers: ours, volumes: kept })).toEqual([]);
};

/** The plan as each injected container has it, read by the agent's own parser; they are the same. */
export const plansIn = (pod: Pod): readonly Plan[] =>
  allContainers(pod)
    .filter(({ name }) => isOurs(name))
    .map(({ env }) => {
      const encoded = (env ?? []).find(({ name }) => name === planVariable)?.value ?? '';
      // The kubelet expands $(NAME) and shortens $$ in the values of variables.
      expect(encoded).not.toContain('$');
      const plan = parsePlan(encoded);
      if (!plan.ok) throw new Error(plan.error.join('\n'));
      // The webhook writes plans as they are: each has to be right, and in the order of the schema.
      expect(encoded).toBe(encodePlan(plan.value));
      return plan.value;
    });
