import type { Clock } from '../../lib/clock.ts';
import type { KubeConnection, KubeRequest, KubeResponse } from '../../lib/kube/connection.ts';
import { withDeadline } from '../../lib/kube/deadline.ts';
import { responseFailure, thrownFailure, type KubeFailure } from '../../lib/kube/failure.ts';
import { resourceName, type KubeResource } from '../../lib/kube/resource.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { quoted } from '../../lib/text.ts';

/** The API server, and how long it may take. */
export interface Api {
  readonly connection: KubeConnection;
  readonly namespace: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const answerWithin = 30_000;

export type Verb = 'get' | 'list' | 'patch' | 'create';

/** What a request is for, to say so where it fails. */
export interface Purpose {
  readonly verb: Verb;
  readonly resource: KubeResource;
  /** Undefined: of no single object. */
  readonly name?: string;
}

/** A failure as a sentence that names the way out where there is one. */
export const describeFailure = (
  { verb, resource, name }: Purpose,
  namespace: string,
  { status, message }: KubeFailure,
): string => {
  const resources = resourceName(resource);
  const where = `in namespace ${quoted(namespace)}`;
  if (status === 401) return `the API server does not accept the kubeconfig's credentials: ${message}`;
  if (status === 403)
    return `you are not allowed to ${verb} ${resources} ${where}: it takes a Role there with the verb ${quoted(verb)} on ${quoted(resources)} (${message})`;
  const object = name === undefined ? resources : `${resource.kind} ${quoted(name)}`;
  return status === 404 && name !== undefined
    ? `there is no ${object} ${where}`
    : `cannot ${verb} ${object} ${where}: ${message}`;
};

const parsed = async (response: KubeResponse): Promise<Result<unknown, KubeFailure>> => {
  if (response.status !== 200 && response.status !== 201) return err(await responseFailure(response));
  const body: unknown = JSON.parse(await response.text());
  return ok(body);
};

/** Sends one request; what fails, in HTTP or below, is a sentence. */
export const send = async (
  { connection, namespace, clock, signal }: Api,
  purpose: Purpose,
  request: Omit<KubeRequest, 'signal'>,
): Promise<Result<unknown, string>> => {
  try {
    const answer = await withDeadline({ clock, milliseconds: answerWithin, signal }, async (within) =>
      parsed(await connection.request({ ...request, signal: within })),
    );
    return answer.ok ? answer : err(describeFailure(purpose, namespace, answer.error));
  } catch (error) {
    return err(describeFailure(purpose, namespace, thrownFailure(error)));
  }
};
