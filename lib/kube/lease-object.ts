import type { Result } from '../result.ts';
import { ask, type Asking } from './ask.ts';
import type { KubeFailure } from './failure.ts';
import { isRecord } from './object.ts';
import { collectionPath, objectPath, type KubeResource } from './resource.ts';

/** What a Lease says: https://kubernetes.io/docs/concepts/architecture/leases/ */
export interface LeaseRecord {
  /** Empty: nobody holds it. */
  readonly holder: string;
  /** How long it stays the holder's without a renewal. */
  readonly durationSeconds: number;
  /** Times as the holder's clock had them, for people to read: nobody compares them with a clock of their own. */
  readonly acquireTime: string;
  readonly renewTime: string;
  /** How often it has changed hands. */
  readonly transitions: number;
}

export interface LeaseObject {
  readonly resourceVersion: string;
  readonly record: LeaseRecord;
}

export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

const kindOf = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' } as const;

const resourceIn = (namespace: string): KubeResource => ({
  group: 'coordination.k8s.io',
  ...kindOf,
  plural: 'leases',
  namespace,
});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);

export const parseLease = (value: unknown): LeaseObject | undefined => {
  const metadata = isRecord(value) ? value['metadata'] : undefined;
  const resourceVersion = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  if (!isRecord(value) || value['kind'] !== kindOf.kind || typeof resourceVersion !== 'string')
    return undefined;
  const spec = isRecord(value['spec']) ? value['spec'] : {};
  return {
    resourceVersion,
    record: {
      holder: textOf(spec['holderIdentity']),
      durationSeconds: countOf(spec['leaseDurationSeconds']),
      acquireTime: textOf(spec['acquireTime']),
      renewTime: textOf(spec['renewTime']),
      transitions: countOf(spec['leaseTransitions']),
    },
  };
};

const specOf = ({ holder, durationSeconds, acquireTime, renewTime, transitions }: LeaseRecord): object => ({
  holderIdentity: holder,
  leaseDurationSeconds: durationSeconds,
  acquireTime,
  renewTime,
  leaseTransitions: transitions,
});

export const getLease = (
  asking: Asking,
  { namespace, name }: LeaseName,
): Promise<Result<LeaseObject, KubeFailure>> =>
  ask(asking, { method: 'GET', path: objectPath(resourceIn(namespace), name) }, parseLease);

/** Fails with 409 where somebody else made it first. */
export const createLease = (
  asking: Asking,
  { namespace, name }: LeaseName,
  record: LeaseRecord,
): Promise<Result<LeaseObject, KubeFailure>> => {
  const text = JSON.stringify({ ...kindOf, metadata: { namespace, name }, spec: specOf(record) });
  const path = collectionPath(resourceIn(namespace));
  return ask(asking, { method: 'POST', path, body: { contentType: 'application/json', text } }, parseLease);
};

/** Writes a record in the place of the one that was read; fails with 409 where somebody else wrote in between. */
export const replaceRecord = (
  asking: Asking,
  { namespace, name }: LeaseName,
  { resourceVersion, record }: LeaseObject,
): Promise<Result<LeaseObject, KubeFailure>> => {
  const text = JSON.stringify({ metadata: { resourceVersion }, spec: specOf(record) });
  const path = objectPath(resourceIn(namespace), name);
  const body = { contentType: 'application/merge-patch+json', text };
  return ask(asking, { method: 'PATCH', path, body }, parseLease);
};
