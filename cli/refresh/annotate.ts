import { annotation } from '../../lib/annotation-names.ts';
import { objectPath } from '../../lib/kube/resource.ts';
import { skipReason, type RefreshPod } from '../core/refresh-pod.ts';
import { send, type Api } from './api.ts';
import { podsOf } from './find-pods.ts';

/** What became of one pod. */
export interface RefreshedPod {
  readonly name: string;
  readonly outcome: 'refreshed' | 'skipped' | 'failed';
  /** Why not, where it was not. */
  readonly reason?: string;
}

/** The value by which the agent sees that it is asked: another one each time. */
export interface Request {
  readonly value: string;
  /** Change nothing. */
  readonly dryRun: boolean;
}

/** Requests under way at once. */
const together = 8;

/** Touches one annotation and nothing else, so that it cannot undo what somebody else changes meanwhile. */
const patchPod = async (api: Api, name: string, value: string): Promise<RefreshedPod> => {
  const { namespace } = api;
  const resource = podsOf(namespace);
  const answer = await send(
    api,
    { verb: 'patch', resource, name },
    {
      method: 'PATCH',
      path: objectPath(resource, name),
      body: {
        contentType: 'application/merge-patch+json',
        text: JSON.stringify({ metadata: { annotations: { [annotation('force-sync')]: value } } }),
      },
    },
  );
  return answer.ok ? { name, outcome: 'refreshed' } : { name, outcome: 'failed', reason: answer.error };
};

const annotateOne = async (api: Api, pod: RefreshPod, { value, dryRun }: Request): Promise<RefreshedPod> => {
  const reason = skipReason(pod);
  if (reason !== undefined) return { name: pod.name, outcome: 'skipped', reason };
  return dryRun ? { name: pod.name, outcome: 'refreshed' } : patchPod(api, pod.name, value);
};

/** Annotates the pods that have an agent which will see it; in their order. */
export const annotate = async (
  api: Api,
  pods: readonly RefreshPod[],
  request: Request,
): Promise<readonly RefreshedPod[]> => {
  const done: RefreshedPod[] = [];
  for (let start = 0; start < pods.length; start += together) {
    const some = pods.slice(start, start + together);
    done.push(...(await Promise.all(some.map((pod) => annotateOne(api, pod, request)))));
  }
  return done;
};
