import { err, ok, type Result } from '../../lib/result.ts';
import { describeIssues, type Issue } from './codes.ts';
import type { Injection, Outcome } from './decide.ts';
import type { RequestScope } from './gate.ts';
import type { Pod } from './pod.ts';
import { podProblem } from './pod-shape.ts';

/** An AdmissionReview's request, as far as we read it. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly scope: RequestScope;
  readonly namespace: string;
  /** Undefined where the scope says that the request is none of ours. */
  readonly pod?: Pod;
}

/** A request as it came: nobody has looked at its object yet. */
export interface Envelope extends Omit<AdmissionRequest, 'pod'> {
  /** Undefined where the scope says that the request is none of ours. */
  readonly object?: unknown;
}

export type Json = Readonly<Record<string, unknown>>;

const apiVersion = 'admission.k8s.io/v1';

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const scopeOf = (request: Json): RequestScope => {
  const resource = isObject(request['resource']) ? request['resource'] : {};
  return {
    operation: text(request['operation']),
    group: text(resource['group']),
    resource: text(resource['resource']),
    subResource: text(request['subResource']),
  };
};

const isPodCreation = ({ operation, group, resource, subResource }: RequestScope): boolean =>
  operation === 'CREATE' && group === '' && resource === 'pods' && subResource === '';

/** What every review says of its request. */
export interface DecodedRequest extends Omit<AdmissionRequest, 'pod'> {
  /** As it came. */
  readonly request: Json;
}

/**
 * Reads the body of a review but for what it is about. An error is a sentence for whoever sent it: the API server never sends such a
 * body, so it is answered with 400 and not with a review.
 */
export const decodeRequest = (body: unknown): Result<DecodedRequest, string> => {
  if (!isObject(body) || body['kind'] !== 'AdmissionReview' || body['apiVersion'] !== apiVersion) {
    return err(`the body is not an AdmissionReview of ${apiVersion}`);
  }
  const { request } = body;
  if (!isObject(request)) return err('the AdmissionReview has no request');
  const uid = text(request['uid']);
  if (uid === '') return err('request.uid is missing');
  const scope = scopeOf(request);
  if (scope.operation === '' || scope.resource === '') {
    return err('request.operation or request.resource.resource is missing');
  }
  return ok({ uid, scope, namespace: text(request['namespace']), request });
};

/** Reads the body of `POST /mutate` but for the pod in it. */
export const decodeEnvelope = (body: unknown): Result<Envelope, string> => {
  const decoded = decodeRequest(body);
  if (!decoded.ok) return decoded;
  const { request, ...common } = decoded.value;
  if (!isPodCreation(common.scope)) return ok(common);
  return common.namespace === ''
    ? err('request.namespace is missing')
    : ok({ ...common, object: request['object'] });
};

/** Reads the pod of a request, where it has to have one. The error is as that of `decodeEnvelope`. */
export const decodePod = ({ object, ...common }: Envelope): Result<AdmissionRequest, string> => {
  if (!isPodCreation(common.scope)) return ok(common);
  const problem = podProblem(object);
  return problem === undefined ? ok({ ...common, pod: object as Pod }) : err(`request.object ${problem}`);
};

/** Reads the whole body of `POST /mutate`. */
export const decodeReview = (body: unknown): Result<AdmissionRequest, string> => {
  const envelope = decodeEnvelope(body);
  return envelope.ok ? decodePod(envelope.value) : envelope;
};

/** https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response */
export interface AdmissionResponse {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: object;
  readonly patchType?: 'JSONPatch';
  /** Base64 of the JSON Patch. */
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

export const warningsOf = (warnings: readonly string[]): { warnings?: readonly string[] } =>
  warnings.length === 0 ? {} : { warnings };

/** Says everything that is wrong. */
export const denied = (
  uid: string,
  issues: readonly Issue[],
  warnings: readonly string[],
): AdmissionResponse => {
  const causes = issues.map(({ code, place, message }) => ({ reason: code, field: place, message }));
  const status = { code: 422, reason: 'Invalid', message: describeIssues(issues), details: { causes } };
  return { uid, allowed: false, status, ...warningsOf(warnings) };
};

export const reviewOf = (response: AdmissionResponse): object => ({
  apiVersion,
  kind: 'AdmissionReview',
  response,
});

/** The JSON Patch of an injection, as text; empty where nothing changes. */
export const patchText = ({ patch }: Injection): string => (patch.length === 0 ? '' : JSON.stringify(patch));

const responseOf = (uid: string, outcome: Outcome, patch: string): AdmissionResponse => {
  if (outcome.kind === 'skip') return { uid, allowed: true };
  if (outcome.kind === 'deny') return denied(uid, outcome.issues, outcome.warnings);
  const { warnings, audit } = outcome;
  const patched =
    patch === '' ? {} : ({ patchType: 'JSONPatch', patch: Buffer.from(patch).toString('base64') } as const);
  return { uid, allowed: true, ...patched, ...warningsOf(warnings), auditAnnotations: audit };
};

/** The answer to a review. Not to be injected is allowed silently; a refusal says everything that is wrong. */
export const encodeReview = (
  uid: string,
  outcome: Outcome,
  /** For who needs that text too: writing it is a good part of the work. */
  patch = outcome.kind === 'inject' ? patchText(outcome) : '',
): object => reviewOf(responseOf(uid, outcome, patch));
