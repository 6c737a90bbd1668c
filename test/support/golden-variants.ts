import type { Outcome } from '../../webhook/core/decide.ts';
import type { Pod } from '../../webhook/core/pod.ts';
import { decideOn } from './golden-admission.ts';
import type { GoldenCase } from './golden-case.ts';
import { plain } from './golden-invariants.ts';

/** Annotations and objects in another order are the same annotations and objects. */
export const reordered = (golden: GoldenCase): Outcome => {
  const pod = plain(golden.pod);
  const annotations = Object.fromEntries(Object.entries(pod.metadata?.annotations ?? {}).reverse());
  const metadata = pod.metadata?.annotations ? { ...pod.metadata, annotations } : pod.metadata;
  const request = {
    ...(golden.review['request'] as object),
    ...changedObject(golden, { ...pod, metadata } as Pod),
  };
  return decideOn({ ...golden.review, request }, { ...golden, objects: golden.objects.toReversed() });
};

/** `object` of the request where it is the case's pod, and nothing where the case sends something else. */
const changedObject = ({ review, pod }: GoldenCase, other: Pod): { object?: Pod } =>
  (review['request'] as { object: unknown }).object === pod ? { object: other } : {};

/** The same bytes whatever order things came in, but for the order of what was there before. */
export const bytesOf = (outcome: Outcome): string =>
  JSON.stringify(outcome.kind === 'inject' ? { ...outcome, pod: undefined } : outcome);

const canary = 'canary-7f3a9c';

/** The case with a value that must not turn up anywhere in each place of the pod and the stores that is none of ours. */
export const withCanary = (golden: GoldenCase): { golden: GoldenCase; canary: string; review: object } => {
  const pod = plain(golden.pod) as { metadata?: Pod['metadata']; spec?: Pod['spec'] };
  const variable = { name: 'PASSWORD', value: canary };
  const add = <T extends { readonly env?: readonly unknown[] | null }>(container: T): T => ({
    ...container,
    env: [variable, ...(container.env ?? [])],
  });
  const changed = {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata?.annotations, note: canary } },
    spec: {
      ...pod.spec,
      containers: (pod.spec?.containers ?? []).map(add),
      ...(pod.spec?.initContainers ? { initContainers: pod.spec.initContainers.map(add) } : {}),
    },
  };
  const objects = golden.objects.map((object) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { note: canary } },
  }));
  const request = { ...(golden.review['request'] as object), ...changedObject(golden, changed) };
  return { golden: { ...golden, objects }, canary, review: { ...golden.review, request } };
};
