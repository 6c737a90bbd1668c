import { isRecord } from '../../lib/kube/object.ts';
import { listAll } from '../../lib/kube/list.ts';
import { thrownFailure } from '../../lib/kube/failure.ts';
import { objectPath, type KubeResource } from '../../lib/kube/resource.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';
import { namesExternalSecret, parseRefreshPod, selectorText, type RefreshPod } from '../core/refresh-pod.ts';
import { workloadKinds, type Target, type WorkloadKind } from '../core/target.ts';
import { describeFailure, send, type Api } from './api.ts';

export interface FoundPods {
  /** By name, each once. */
  readonly pods: readonly RefreshPod[];
  readonly problems: readonly string[];
}

type Pods = Result<readonly RefreshPod[], string>;

/** The pods of a namespace. */
export const podsOf = (namespace: string): KubeResource => ({
  group: '',
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespace,
});

const onePod = async (api: Api, name: string): Promise<Pods> => {
  const resource = podsOf(api.namespace);
  const request = { method: 'GET', path: objectPath(resource, name) } as const;
  const answer = await send(api, { verb: 'get', resource, name }, request);
  if (!answer.ok) return answer;
  const pod = parseRefreshPod(answer.value);
  return pod === undefined ? err(`the API server's answer for ${quoted(name)} is no pod`) : ok([pod]);
};

const listPods = async (api: Api, labelSelector: string | undefined): Promise<Pods> => {
  const { connection, namespace, clock, signal } = api;
  const resource = { ...podsOf(namespace), labelSelector };
  const purpose = { verb: 'list', resource } as const;
  try {
    const listing = await listAll({ connection, resource, parse: parseRefreshPod, clock, signal });
    return listing.ok ? ok(listing.value.objects) : err(describeFailure(purpose, namespace, listing.error));
  } catch (error) {
    return err(describeFailure(purpose, namespace, thrownFailure(error)));
  }
};

const nonEmpty = (pods: readonly RefreshPod[], problem: string): Pods =>
  pods.length === 0 ? err(problem) : ok(pods);

const podsWithLabels = async (api: Api, selector: string): Promise<Pods> => {
  const pods = await listPods(api, selector);
  return pods.ok
    ? nonEmpty(pods.value, `no pod in namespace ${quoted(api.namespace)} has the labels ${selector}`)
    : pods;
};

interface FoundWorkload {
  readonly uid: string;
  readonly selector: string;
}

const findWorkload = async (
  api: Api,
  kind: WorkloadKind,
  name: string,
): Promise<Result<FoundWorkload, string>> => {
  const resource = { ...workloadKinds[kind], namespace: api.namespace };
  const request = { method: 'GET', path: objectPath(resource, name) } as const;
  const answer = await send(api, { verb: 'get', resource, name }, request);
  if (!answer.ok) return answer;
  const { metadata, spec } = isRecord(answer.value) ? answer.value : {};
  const uid = isRecord(metadata) && typeof metadata['uid'] === 'string' ? metadata['uid'] : '';
  const selector = selectorText(isRecord(spec) ? spec['selector'] : undefined);
  return selector === undefined
    ? err(`${resource.kind} ${quoted(name)} has no selector to find its pods by`)
    : ok({ uid, selector });
};

/** Labels may fit pods of others too. Between a Deployment and its pods there is a ReplicaSet, whose kind has to do. */
const isOwn = ({ controller }: RefreshPod, kind: WorkloadKind, uid: string): boolean =>
  kind === 'deployment' ? controller?.kind === 'ReplicaSet' : controller?.uid === uid;

const podsOfWorkload = async (api: Api, kind: WorkloadKind, name: string): Promise<Pods> => {
  const workload = await findWorkload(api, kind, name);
  if (!workload.ok) return workload;
  const pods = await listPods(api, workload.value.selector);
  if (!pods.ok) return pods;
  const own = pods.value.filter((pod) => isOwn(pod, kind, workload.value.uid));
  return nonEmpty(
    own,
    `${workloadKinds[kind].kind} ${quoted(name)} in namespace ${quoted(api.namespace)} has no pods`,
  );
};

const podsOfExternalSecret = async (api: Api, name: string): Promise<Pods> => {
  const pods = await listPods(api, undefined);
  if (!pods.ok) return pods;
  return nonEmpty(
    pods.value.filter((pod) => namesExternalSecret(pod, name)),
    `no pod in namespace ${quoted(api.namespace)} names ExternalSecret ${quoted(name)} in its annotation keyferry.dev/external-secrets`,
  );
};

const searches = (api: Api, target: Target): readonly (() => Promise<Pods>)[] => {
  if (target.kind === 'selector') return [() => podsWithLabels(api, target.selector)];
  const { kind, names } = target;
  if (kind === 'pod') return names.map((name) => () => onePod(api, name));
  return kind === 'externalsecret'
    ? names.map((name) => () => podsOfExternalSecret(api, name))
    : names.map((name) => () => podsOfWorkload(api, kind, name));
};

/** Finds the pods that are meant. What is not found is a problem; the others are found all the same. */
export const findPods = async (api: Api, target: Target): Promise<FoundPods> => {
  const pods = new Map<string, RefreshPod>();
  const problems = new Set<string>();
  for (const search of searches(api, target)) {
    const found = await search();
    if (found.ok) for (const pod of found.value) pods.set(pod.name, pod);
    else problems.add(found.error);
  }
  const sorted = [...pods.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { pods: sorted, problems: [...problems] };
};
