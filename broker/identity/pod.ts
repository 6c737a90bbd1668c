import { ask, type Asking } from '../../lib/kube/ask.ts';
import type { KubeFailure } from '../../lib/kube/failure.ts';
import { isRecord } from '../../lib/kube/object.ts';
import { objectPath } from '../../lib/kube/resource.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { denied, type Caller, type Refused } from './identity.ts';

/** A pod that is there, as far as it matters who calls. */
export interface SeenPod {
  /** Addresses that its containers call from; empty until the kubelet has told them. */
  readonly addresses: readonly string[];
  /** It has the addresses of its node, as others there have. */
  readonly isOnHostNetwork: boolean;
}

interface PodObject extends SeenPod {
  readonly uid: unknown;
  readonly serviceAccount: unknown;
  readonly phase: unknown;
}

const pods = { group: '', apiVersion: 'v1', kind: 'Pod', plural: 'pods' } as const;
const notFound = 404;

const texts = (...values: readonly unknown[]): readonly string[] =>
  values.filter((value) => typeof value === 'string' && value !== '') as string[];

/** The addresses under a list's field, and the one beside it that older API servers have alone. */
const listed = (list: unknown, single: unknown): readonly string[] =>
  texts(
    single,
    ...(Array.isArray(list) ? list : []).map((item) => (isRecord(item) ? item['ip'] : undefined)),
  );

const parsePod = (body: unknown): PodObject | undefined => {
  if (!isRecord(body) || !isRecord(body['metadata'])) return undefined;
  const spec = isRecord(body['spec']) ? body['spec'] : {};
  const status = isRecord(body['status']) ? body['status'] : {};
  const own = listed(status['podIPs'], status['podIP']);
  const isOnHostNetwork = spec['hostNetwork'] === true;
  const hosts = isOnHostNetwork ? listed(status['hostIPs'], status['hostIP']) : [];
  return {
    uid: body['metadata']['uid'],
    serviceAccount: spec['serviceAccountName'] ?? 'default',
    phase: status['phase'],
    addresses: [...new Set([...own, ...hosts])],
    isOnHostNetwork,
  };
};

const hasEnded = ({ phase }: Pick<PodObject, 'phase'>): boolean =>
  phase === 'Succeeded' || phase === 'Failed';

const judge = (
  pod: PodObject,
  { serviceAccount, pod: { name, uid } }: Omit<Caller, 'expiresAt'>,
): Result<SeenPod, Refused> => {
  if (pod.uid !== uid) return err(denied(`the pod ${name} of the token is gone; another one has its name`));
  if (pod.serviceAccount !== serviceAccount)
    return err(denied(`the pod ${name} runs with another ServiceAccount than the token's`));
  if (hasEnded(pod)) return err(denied(`the pod ${name} has ended`));
  return ok({ addresses: pod.addresses, isOnHostNetwork: pod.isOnHostNetwork });
};

/** Looks whether the pod of a token is there and still that of the token. The outer error is the API server's. */
export const lookAtPod = async (
  asking: Asking,
  caller: Omit<Caller, 'expiresAt'>,
): Promise<Result<Result<SeenPod, Refused>, KubeFailure>> => {
  const { namespace, pod } = caller;
  const path = objectPath({ ...pods, namespace }, pod.name);
  const answer = await ask(asking, { method: 'GET', path }, parsePod);
  if (answer.ok) return ok(judge(answer.value, caller));
  return answer.error.status === notFound
    ? ok(err(denied(`the pod ${pod.name} of the token is gone`)))
    : answer;
};

const parsePods = (body: unknown): readonly PodObject[] | undefined => {
  const items = isRecord(body) ? body['items'] : undefined;
  return Array.isArray(items) ? items.flatMap((item) => parsePod(item) ?? []) : undefined;
};

/**
 * Whether an address is that of somebody else: a pod which is not the caller's, and not on the same node's network as the caller's is. From
 * the API server's cache, which has every pod whose address is older than a moment.
 */
export const isElsewheres = async (
  asking: Asking,
  caller: Omit<Caller, 'expiresAt'>,
  address: string,
  isOnHostNetwork: boolean,
): Promise<Result<boolean, KubeFailure>> => {
  const query = { fieldSelector: `status.podIP=${address}`, resourceVersion: '0' };
  const answer = await ask(asking, { method: 'GET', path: '/api/v1/pods', query }, parsePods);
  if (!answer.ok) return answer;
  const others = answer.value.filter((pod) => pod.uid !== caller.pod.uid && !hasEnded(pod));
  return ok(others.some((pod) => !(pod.isOnHostNetwork && isOnHostNetwork)));
};
