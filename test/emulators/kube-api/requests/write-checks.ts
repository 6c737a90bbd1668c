import { apiVersionOf, isRecord, qualifiedName, type KubeObject, type Resource } from '../objects/types.ts';
import type { Target } from './path.ts';
import { refuse } from './status.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
/** Names of roles and their bindings are path segments, nothing more. */
const isFreelyNamed = ({ group }: Resource): boolean => group === 'rbac.authorization.k8s.io';

const checkName = (resource: Resource, name: string): void => {
  if (isFreelyNamed(resource) || (subdomain.test(name) && name.length <= 253)) return;
  const what = `${resource.kind}.${resource.group} "${name}"`;
  throw refuse(
    422,
    `${what} is invalid: metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`,
  );
};

const checkKind = (resource: Resource, { apiVersion, kind }: Record<string, unknown>): void => {
  if (
    (apiVersion ?? apiVersionOf(resource)) !== apiVersionOf(resource) ||
    (kind ?? resource.kind) !== resource.kind
  ) {
    throw refuse(
      400,
      `the object is not ${apiVersionOf(resource)} ${resource.kind}, which ${resource.plural} are`,
    );
  }
};

const checkPlace = (target: Target, { name, namespace }: Record<string, unknown>): void => {
  if ((namespace ?? target.namespace) !== target.namespace) {
    throw refuse(
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  if (target.name !== undefined && (name ?? target.name) !== target.name) {
    throw refuse(400, `the name of the object does not match the name on the URL (${target.name})`);
  }
};

/** Reads a body as an object of the resource that the path names. */
export const parseObject = (resource: Resource, target: Target, body: unknown): KubeObject => {
  if (!isRecord(body)) throw refuse(400, 'the object provided is unrecognized');
  const metadata = isRecord(body['metadata']) ? body['metadata'] : {};
  checkKind(resource, body);
  checkPlace(target, metadata);
  const { name, namespace } = target;
  return {
    ...body,
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    metadata: {
      ...metadata,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
};

/** What the server would have to do more for, and does not. */
export const checkObject = (resource: Resource, { metadata }: KubeObject): void => {
  const { name = '', finalizers = [] } = metadata;
  checkName(resource, name);
  if (finalizers.length > 0) throw refuse(422, 'the stand-in does not honour metadata.finalizers');
};

/** Refuses a change that was made to another version of the object than the stored one. */
export const checkVersion = (resource: Resource, changed: KubeObject, stored: KubeObject): void => {
  const { name = '', resourceVersion = '', uid = stored.metadata.uid } = changed.metadata;
  const sentence = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": `;
  if (uid !== stored.metadata.uid) {
    throw refuse(
      409,
      `${sentence}Precondition failed: UID in precondition: ${uid ?? ''}, UID in object meta: ${stored.metadata.uid ?? ''}`,
    );
  }
  if (resourceVersion === '' || resourceVersion === stored.metadata.resourceVersion) return;
  throw refuse(
    409,
    `${sentence}the object has been modified; please apply your changes to the latest version and try again`,
  );
};
