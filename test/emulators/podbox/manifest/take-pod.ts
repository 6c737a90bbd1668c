import { randomUUID } from 'node:crypto';
import type { Pod, TakenPod } from './pod-types.ts';
import type { Image } from '../types.ts';
import { RefusedPodError, validatePod } from './validate-pod.ts';

/** A copy of a manifest that podbox can run, with what an API server would have filled in. Throws RefusedPodError. */
export const takePod = (
  manifest: Pod,
  images: ReadonlyMap<string, Image>,
): { readonly pod: TakenPod; readonly notes: readonly string[] } => {
  const { refused, notes } = validatePod(manifest, images);
  const { metadata, spec } = structuredClone(manifest);
  const name = metadata?.name;
  if (refused.length > 0 || name === undefined || spec === undefined) {
    throw new RefusedPodError(name ?? '', refused);
  }
  const namespace = metadata?.namespace ?? 'default';
  const uid = metadata?.uid ?? randomUUID();
  return {
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name, namespace, uid }, spec },
    notes,
  };
};
