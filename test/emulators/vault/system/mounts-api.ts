import { empty, failure, unsupportedOperation } from '../answer.ts';
import { Fields } from '../fields.ts';
import type { Answer, JsonObject } from '../answer.ts';
import type { BackendRequest } from '../backend.ts';
import type { MountFactory } from '../mount-factory.ts';
import type { MountSpecification } from '../mounts.ts';

const optionsOf = (options: JsonObject = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)]));

/** `sys/mounts` and `sys/auth`: the table, and mounting and unmounting at a path. */
export function handleMounts(
  request: BackendRequest,
  table: 'secret' | 'auth',
  path: string,
  factory: MountFactory,
): Answer {
  const { mounts } = request.namespace;
  const mountPath = `${path.replace(/\/+$/, '')}/`;
  const fullPath = table === 'auth' ? `auth/${mountPath}` : mountPath;
  if (request.operation === 'delete') {
    mounts.remove(fullPath);
    return empty;
  }
  if (request.operation === 'read') {
    const data = Object.fromEntries(mounts.list(table).map((mount) => [mount.path, mount.describe()]));
    return { kind: 'data', data, alsoAtTop: true };
  }
  if (request.operation !== 'update' || path === '') return unsupportedOperation;
  const specification = specificationOf(request.data, table);
  if (typeof specification === 'string') return failure(400, specification);
  const conflict = mounts.conflict(fullPath);
  if (conflict !== undefined) return failure(400, `path is already in use at ${conflict.path}`);
  const mount = factory.make(mountPath, specification);
  if (!mount.ok) return failure(400, mount.error);
  mounts.add(mount.value);
  return empty;
}

function specificationOf(data: JsonObject, table: 'secret' | 'auth'): MountSpecification | string {
  const fields = new Fields(data);
  const config = new Fields(fields.object('config') ?? {});
  const type = fields.text('type');
  const specification = {
    table,
    type,
    description: fields.text('description'),
    options: optionsOf(fields.object('options')),
    defaultLeaseSeconds: config.seconds('default_lease_ttl'),
    maxLeaseSeconds: config.seconds('max_lease_ttl'),
  };
  const problem = fields.problem ?? config.problem;
  if (problem !== undefined) return problem;
  return type === '' ? 'backend type must be specified as a string' : specification;
}
