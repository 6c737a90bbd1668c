import type { Clock } from '../../../../lib/clock.ts';
import type { ObjectReference, OptionalReference } from '../../issuer/claims.ts';
import type { ServiceAccountIssuer } from '../../issuer/issuer.ts';
import { isRecord, textOr, textsOf, type KubeObject } from '../objects/types.ts';
import type { Answer } from '../requests/answer.ts';
import type { Target } from '../requests/path.ts';
import { notFound } from '../requests/read.ts';
import { refuse } from '../requests/status.ts';
import type { FindObject } from './bound-objects.ts';

export interface RequestParts {
  readonly issuer: ServiceAccountIssuer;
  readonly clock: Clock;
  readonly find: FindObject;
}

interface Binding {
  readonly pod: ObjectReference;
  readonly node?: OptionalReference;
}

const shortestSeconds = 600;
const longestSeconds = 2 ** 32;

const secondsOf = (value: unknown): number => {
  const seconds = typeof value === 'number' ? value : 3600;
  const invalid = (why: string): Error =>
    refuse(
      422,
      `TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: ${seconds}: may not specify a duration ${why}`,
    );
  if (seconds < shortestSeconds) throw invalid('less than 10 minutes');
  if (seconds > longestSeconds) throw invalid('larger than 2^32 seconds');
  return seconds;
};

const specOf = (object: KubeObject): Record<string, unknown> =>
  isRecord(object['spec']) ? object['spec'] : {};

const nodeOf = (pod: KubeObject, find: FindObject): OptionalReference | undefined => {
  const name = textOr(specOf(pod)['nodeName'], '');
  if (name === '') return undefined;
  const uid = find('nodes', undefined, name)?.metadata.uid;
  return uid === undefined ? { name } : { name, uid };
};

const checkUid = (wanted: unknown, uid: string): void => {
  if (textOr(wanted, uid) === uid) return;
  throw refuse(
    409,
    `the UID in the bound object reference (${String(wanted)}) does not match the UID in record. The object might have been deleted and then recreated`,
  );
};

const bindingOf = (reference: unknown, account: KubeObject, find: FindObject): Binding | undefined => {
  if (!isRecord(reference)) return undefined;
  const { kind, apiVersion } = reference;
  if (kind !== 'Pod' || apiVersion !== 'v1')
    throw refuse(400, `cannot bind token to object of type ${String(apiVersion)}, Kind=${String(kind)}`);
  const name = textOr(reference['name'], '');
  const { namespace = '', name: accountName = '' } = account.metadata;
  const pod = find('pods', namespace, name);
  if (pod === undefined) throw notFound({ group: '', plural: 'pods' }, name);
  if (textOr(specOf(pod)['serviceAccountName'], 'default') !== accountName)
    throw refuse(
      400,
      `cannot bind token for serviceaccount "${accountName}" to pod running with different serviceaccount name.`,
    );
  const uid = pod.metadata.uid ?? '';
  checkUid(reference['uid'], uid);
  const node = nodeOf(pod, find);
  return { pod: { name, uid }, ...(node && { node }) };
};

/**
 * Answers `POST …/serviceaccounts/<name>/token`: a token of that account, bound to a pod where the request says so.
 * https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export const requestToken = async (parts: RequestParts, target: Target, body: unknown): Promise<Answer> => {
  const { issuer, find } = parts;
  const { namespace = '', name = '' } = target;
  const account = find('serviceaccounts', namespace, name);
  if (account === undefined) throw notFound({ group: '', plural: 'serviceaccounts' }, name);
  const spec = isRecord(body) && isRecord(body['spec']) ? body['spec'] : {};
  const expirationSeconds = secondsOf(spec['expirationSeconds']);
  const given = textsOf(spec['audiences']);
  const audiences = given.length === 0 ? [issuer.issuer] : given;
  const binding = bindingOf(spec['boundObjectRef'], account, find) ?? {};
  const request = { namespace, serviceAccount: name, audiences, expirationSeconds, ...binding };
  const { token, expiresAt } = await issuer.issue(request);
  return {
    code: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: new Date(parts.clock.now()).toISOString() },
      spec: { audiences, expirationSeconds, boundObjectRef: spec['boundObjectRef'] ?? null },
      status: { token, expirationTimestamp: new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z') },
    },
  };
};
