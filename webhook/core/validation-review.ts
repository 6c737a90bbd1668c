import { apiGroup } from '../../lib/names.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { RequestScope } from './gate.ts';
import { judgedKinds, type JudgedKind, type JudgedManifest } from './judge.ts';
import { decodeRequest, denied, isObject, reviewOf, text, warningsOf, type Json } from './review.ts';
import type { PassReason, Validation, Written } from './validate.ts';

/** A review for `POST /validate`, as far as we read it. */
export interface ValidationRequest {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** Or why there is nothing to check. */
  readonly asked:
    | { readonly kind: 'check'; readonly written: Written }
    | { readonly kind: 'pass'; readonly reason: PassReason };
}

const kinds = Object.entries(judgedKinds) as readonly (readonly [JudgedKind, string])[];

/** The kind that a request is about, where it is one of ours. */
const kindOf = ({ group, resource }: RequestScope): JudgedKind | undefined =>
  group === apiGroup ? kinds.find(([, plural]) => plural === resource)?.[0] : undefined;

const passReason = ({ operation, subResource = '' }: RequestScope): PassReason | undefined => {
  if (subResource !== '') return 'subresource';
  return operation === 'CREATE' || operation === 'UPDATE' ? undefined : 'not_written';
};

/** Names and namespaces are the API server's to check; a text is all that they have to be here. */
const manifestOf = (kind: JudgedKind, object: Json, namespace: string): JudgedManifest | string => {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {};
  const name = text(metadata['name']) || text(metadata['generateName']);
  if (name === '') return 'has no metadata.name';
  const place = kind === 'ClusterSecretStore' ? {} : { namespace };
  return { kind, metadata: { name, ...place }, spec: object['spec'] };
};

const isDeleted = (object: Json): boolean =>
  isObject(object['metadata']) && text(object['metadata']['deletionTimestamp']) !== '';

const askedOf = (
  request: Json,
  kind: JudgedKind,
  namespace: string,
): Result<ValidationRequest['asked'], string> => {
  const { object, oldObject } = request;
  if (!isObject(object)) return err('request.object is not an object');
  if (isDeleted(object)) return ok({ kind: 'pass', reason: 'deleted' });
  const manifest = manifestOf(kind, object, namespace);
  if (typeof manifest === 'string') return err(`request.object ${manifest}`);
  const before = isObject(oldObject) ? { oldSpec: oldObject['spec'] } : {};
  return ok({ kind: 'check', written: { manifest, ...before } });
};

/** Reads the body of `POST /validate`. The error is a sentence for whoever sent what no API server sends: it is answered with 400. */
export const decodeValidation = (body: unknown): Result<ValidationRequest, string> => {
  const decoded = decodeRequest(body);
  if (!decoded.ok) return decoded;
  const { uid, scope, namespace, request } = decoded.value;
  const common = { uid, namespace, name: text(request['name']) };
  const kind = kindOf(scope);
  if (kind === undefined) return ok({ ...common, asked: { kind: 'pass', reason: 'not_checked' } });
  const reason = passReason(scope);
  if (reason !== undefined) return ok({ ...common, asked: { kind: 'pass', reason } });
  if (kind !== 'ClusterSecretStore' && namespace === '') return err('request.namespace is missing');
  const asked = askedOf(request, kind, namespace);
  return asked.ok ? ok({ ...common, asked: asked.value }) : asked;
};

/** The answer to a review: silent where there is nothing to say. */
export const encodeValidation = (uid: string, validation: Validation): object => {
  if (validation.kind === 'pass') return reviewOf({ uid, allowed: true });
  if (validation.kind === 'valid')
    return reviewOf({ uid, allowed: true, ...warningsOf(validation.warnings) });
  return reviewOf(denied(uid, validation.issues, validation.warnings));
};
