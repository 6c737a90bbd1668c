import { jsonPatch } from '../objects/patch.ts';
import { isRecord, textOr, textsOf, type KubeObject, type Resource } from '../objects/types.ts';
import { failure, type Status } from '../requests/status.ts';
import type { AdmissionRequest } from './admission.ts';

const kindOf = ({ group, version, kind }: Resource): object => ({ group, version, kind });
const resourceOf = ({ group, version, plural }: Resource): object => ({ group, version, resource: plural });

const options = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' };

/** The review that a webhook is asked for. https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request */
export const makeReview = (uid: string, request: AdmissionRequest, object: KubeObject): unknown => {
  const { operation, resource, target, user, oldObject } = request;
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: kindOf(resource),
      resource: resourceOf(resource),
      requestKind: kindOf(resource),
      requestResource: resourceOf(resource),
      ...(object.metadata.name === undefined ? {} : { name: object.metadata.name }),
      ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
      ...(target.subresource === undefined ? {} : { subResource: target.subresource }),
      operation,
      userInfo: { username: user.name, groups: user.groups },
      object: operation === 'DELETE' ? null : object,
      oldObject: oldObject ?? null,
      dryRun: false,
      options: { kind: options[operation], apiVersion: 'meta.k8s.io/v1' },
    },
  };
};

export interface Verdict {
  readonly denied?: Status;
  readonly object: KubeObject;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** What becomes of a denial: at least status 400, and the webhook's name in front. */
const denial = (webhook: string, result: unknown): Status => {
  const { code = 0, message = '', reason } = isRecord(result) ? result : {};
  const by = `admission webhook "${webhook}" denied the request`;
  const because = typeof reason === 'string' && message === '' ? reason : String(message);
  const status = Math.max(400, Number(code));
  return failure(
    status,
    because === '' ? `${by} without explanation` : `${by}: ${because}`,
    typeof reason === 'string' ? reason : undefined,
  );
};

const patchedObject = (response: Record<string, unknown>, object: KubeObject): KubeObject => {
  const { patch, patchType } = response;
  if (patch === undefined || patch === null) return object;
  if (patchType !== 'JSONPatch') {
    throw new Error('webhook returned response.patch but not response.patchType JSONPatch');
  }
  const operations = JSON.parse(Buffer.from(textOr(patch, ''), 'base64').toString()) as unknown;
  if (!Array.isArray(operations)) throw new Error('webhook returned a patch that is no list');
  return jsonPatch(object, operations) as KubeObject;
};

const checkedResponse = (uid: string, review: unknown): Record<string, unknown> => {
  const { kind, apiVersion, response } = isRecord(review) ? review : {};
  if (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1') {
    throw new Error('expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview');
  }
  if (!isRecord(response)) throw new Error('webhook response did not include a response');
  if (response['uid'] !== uid)
    throw new Error(`expected response.uid="${uid}", got "${String(response['uid'])}"`);
  return response;
};

/** Reads a webhook's answer and applies its patch. Throws for an answer that is none. */
export const readReview = (webhook: string, uid: string, review: unknown, object: KubeObject): Verdict => {
  const response = checkedResponse(uid, review);
  const audit = isRecord(response['auditAnnotations']) ? response['auditAnnotations'] : {};
  const told = {
    warnings: textsOf(response['warnings']),
    auditAnnotations: Object.fromEntries(
      Object.entries(audit).map(([key, value]) => [`${webhook}/${key}`, String(value)]),
    ),
  };
  if (response['allowed'] !== true) return { ...told, object, denied: denial(webhook, response['status']) };
  return { ...told, object: patchedObject(response, object) };
};
