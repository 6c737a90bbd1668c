import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../../lib/clock.ts';
import type { User } from '../access/users.ts';
import type { Admission, AdmissionOutcome } from '../admission/admission.ts';
import { jsonPatch, mergePatch } from '../objects/patch.ts';
import type { Storage } from '../objects/storage.ts';
import { qualifiedName, without, type KubeObject, type Resource } from '../objects/types.ts';
import type { Target } from './path.ts';
import { notFound } from './read.ts';
import { refuse } from './status.ts';
import { checkObject, checkVersion, parseObject } from './write-checks.ts';

/** One write: what, where, by whom. */
export interface WriteRequest {
  readonly resource: Resource;
  readonly target: Target;
  readonly user: User;
}

export interface WriteParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly admission: Admission;
  /** Called with an object before it is stored; throws what is wrong with it. */
  readonly validate: (resource: Resource, object: KubeObject) => void;
  /** The uid of a new object. */
  readonly makeUid: (resource: Resource, object: KubeObject) => string;
}

export const jsonPatchType = 'application/json-patch+json';
export const mergePatchType = 'application/merge-patch+json';

const namedBy = (resource: Resource, { name, generateName }: KubeObject['metadata']): string => {
  if (name !== undefined) return name;
  if (generateName !== undefined) return generateName + randomBytes(3).toString('hex').slice(0, 5);
  throw refuse(
    422,
    `${resource.kind} is invalid: metadata.name: Required value: name or generateName is required`,
  );
};

const patched = (type: string, stored: KubeObject, patch: unknown): unknown => {
  if (type === mergePatchType) return mergePatch(stored, patch);
  if (!Array.isArray(patch)) throw refuse(400, 'a JSON patch is a list of operations');
  try {
    return jsonPatch(stored, patch);
  } catch {
    throw refuse(
      422,
      'the server rejected our request due to an error in our request: the patch does not fit the object',
    );
  }
};

/**
 * What a write makes of an object whose status has a path of its own: there nothing but the status changes, elsewhere all but it.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#status-subresource
 */
const withStatusApart = (
  { resource, target }: WriteRequest,
  object: KubeObject,
  stored: KubeObject | undefined,
): KubeObject => {
  if (resource.statusApart !== true) return object;
  const ofStatus = target.subresource === 'status' && stored !== undefined;
  const status = ofStatus ? object['status'] : stored?.['status'];
  const rest = without(ofStatus ? stored : object, 'status') as unknown as KubeObject;
  return status === undefined ? rest : { ...rest, status };
};

/** Creates, changes and removes objects, by way of admission. */
export class Writes {
  readonly #parts: WriteParts;

  constructor(parts: WriteParts) {
    this.#parts = parts;
  }

  async create(request: WriteRequest, body: unknown): Promise<AdmissionOutcome> {
    const { storage, admission } = this.#parts;
    const { resource, target, user } = request;
    this.#checkNamespace(resource, target.namespace);
    const given = withStatusApart(request, parseObject(resource, target, body), undefined);
    if (given.metadata.resourceVersion !== undefined) {
      throw refuse(400, 'resourceVersion should not be set on objects to be created');
    }
    const metadata = without(given.metadata, 'uid');
    const fresh = { ...given, metadata: { creationTimestamp: null, ...metadata } };
    const outcome = await admission.admit({ operation: 'CREATE', resource, target, user, object: fresh });
    const { object } = outcome;
    const name = namedBy(resource, object.metadata);
    if (storage.get(resource, target.namespace, name) !== undefined) {
      throw refuse(409, `${qualifiedName(resource)} "${name}" already exists`, 'AlreadyExists');
    }
    const named = { ...object, metadata: { ...object.metadata, name } };
    return { ...outcome, object: this.store(resource, named) };
  }

  async update(request: WriteRequest, body: unknown): Promise<AdmissionOutcome> {
    const { resource, target } = request;
    const stored = this.#stored(request);
    const given = parseObject(resource, target, body);
    if (resource.custom && given.metadata.resourceVersion === undefined) {
      throw refuse(422, 'metadata.resourceVersion: Invalid value: 0x0: must be specified for an update');
    }
    return this.#replace(request, given, stored);
  }

  async patch(request: WriteRequest, type: string, patch: unknown): Promise<AdmissionOutcome> {
    const stored = this.#stored(request);
    const result = parseObject(request.resource, request.target, patched(type, stored, patch));
    return this.#replace(request, result, stored);
  }

  async delete(request: WriteRequest, options: Readonly<Record<string, unknown>>): Promise<AdmissionOutcome> {
    const { resource, target, user } = request;
    const stored = this.#stored(request);
    const preconditions = (options['preconditions'] ?? {}) as KubeObject['metadata'];
    checkVersion(resource, { ...stored, metadata: { ...preconditions, name: target.name ?? '' } }, stored);
    const outcome = await this.#parts.admission.admit({
      operation: 'DELETE',
      resource,
      target,
      user,
      oldObject: stored,
      object: stored,
    });
    this.#parts.storage.remove(resource, stored);
    return outcome;
  }

  /** Stores an object with what the server itself sets. */
  store(resource: Resource, object: KubeObject, stored?: KubeObject): KubeObject {
    checkObject(resource, object);
    this.#parts.validate(resource, object);
    const created = new Date(this.#parts.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    const system = {
      uid: stored?.metadata.uid ?? object.metadata.uid ?? this.#parts.makeUid(resource, object),
      creationTimestamp: stored?.metadata.creationTimestamp ?? created,
    };
    return this.#parts.storage.put(resource, { ...object, metadata: { ...object.metadata, ...system } });
  }

  async #replace(request: WriteRequest, given: KubeObject, stored: KubeObject): Promise<AdmissionOutcome> {
    const { resource, target, user } = request;
    checkVersion(resource, given, stored);
    const object = withStatusApart(request, given, stored);
    const outcome = await this.#parts.admission.admit({
      operation: 'UPDATE',
      resource,
      target,
      user,
      object,
      oldObject: stored,
    });
    // Others may have changed it while webhooks were asked.
    checkVersion(resource, stored, this.#stored(request));
    return { ...outcome, object: this.store(resource, outcome.object, stored) };
  }

  #stored({ resource, target }: WriteRequest): KubeObject {
    const { namespace, name = '' } = target;
    const stored = this.#parts.storage.get(resource, namespace, name);
    if (stored === undefined) throw notFound(resource, name);
    return stored;
  }

  #checkNamespace(resource: Resource, namespace: string | undefined): void {
    if (!resource.namespaced) return;
    const namespaces = { ...resource, group: '', version: 'v1', plural: 'namespaces', namespaced: false };
    if (namespace === undefined) {
      throw refuse(405, 'the server does not allow this method on the requested resource');
    }
    if (this.#parts.storage.get(namespaces, undefined, namespace) === undefined) {
      throw notFound(namespaces, namespace);
    }
  }
}
