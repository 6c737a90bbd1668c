import type { Clock } from '../../lib/clock.ts';
import { connectPerson } from '../../lib/kube/connection.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { RefreshArguments } from '../arguments/arguments.ts';
import { annotate } from './annotate.ts';
import { findPods } from './find-pods.ts';
import { kubeconfigFiles } from './kubeconfig.ts';
import type { RefreshReport } from './report.ts';

export interface RefreshSurroundings {
  readonly clock: Clock;
  /** The variable `KUBECONFIG`. */
  readonly kubeconfigVariable: string | undefined;
  readonly homeFolder: string;
}

/**
 * Has the agents of running pods read everything anew, by an annotation that the kubelet shows them. It acts with the caller's
 * own rights: `get` or `list` on pods, `patch` on pods, and `get` on the workloads that are named. An error is about the kubeconfig.
 */
export const refresh = async (
  { target, namespace: wanted, kubeconfig, context, dryRun }: RefreshArguments,
  { clock, kubeconfigVariable, homeFolder }: RefreshSurroundings,
): Promise<Result<RefreshReport, string>> => {
  const files = await kubeconfigFiles({ given: kubeconfig, variable: kubeconfigVariable, homeFolder });
  if (!files.ok) return files;
  const person = connectPerson(files.value, context);
  if (!person.ok) return err(person.error);
  const namespace = wanted ?? person.value.namespace ?? 'default';
  const api = { connection: person.value.connection, namespace, clock, signal: new AbortController().signal };
  const { pods, problems } = await findPods(api, target);
  const request = { value: new Date(clock.now()).toISOString(), dryRun };
  return ok({ ...request, namespace, pods: await annotate(api, pods, request), problems });
};
