import { isRecord, parseObject, type KubeObject } from '../lib/kube/object.ts';

/** Of a pod beside the broker, what its certificates need to know. */
export interface NeighbourPod extends KubeObject {
  /** Whether it is a replica of the broker that callers are sent to. */
  readonly serves: boolean;
}

const kindOf = { apiVersion: 'v1', kind: 'Pod' } as const;
const nameLabel = 'app.kubernetes.io/name';
const componentLabel = 'app.kubernetes.io/component';

const isReady = (pod: unknown): boolean => {
  const status = isRecord(pod) ? pod['status'] : undefined;
  const conditions: unknown = isRecord(status) ? status['conditions'] : undefined;
  return (
    Array.isArray(conditions) &&
    conditions.some((each) => isRecord(each) && each['type'] === 'Ready' && each['status'] === 'True')
  );
};

/** A pod that is being deleted gets no new callers. */
export const parseNeighbour = (value: unknown): NeighbourPod | undefined => {
  const pod = parseObject(value, kindOf);
  if (!pod.ok) return undefined;
  const { name, namespace, uid, labels = {}, deletionTimestamp } = pod.value.metadata;
  const isBroker = labels[nameLabel] === 'keyferry' && labels[componentLabel] === 'broker';
  return {
    ...kindOf,
    metadata: { name, ...(namespace && { namespace }), ...(uid && { uid }) },
    serves: isBroker && deletionTimestamp === undefined && isReady(value),
  };
};
