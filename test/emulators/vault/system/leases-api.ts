import { dataAnswer, empty, failure, unsupportedOperation } from '../answer.ts';
import { Fields } from '../fields.ts';
import type { Answer } from '../answer.ts';
import type { BackendRequest } from '../backend.ts';
import type { LeaseStore } from '../leases.ts';

const time = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : new Date(milliseconds).toISOString();

/** `sys/leases/renew`, `revoke` and `lookup`, with the lease in the body or, for the first two, at the end of the path. */
export function handleLeases(
  request: BackendRequest,
  verb: string,
  inPath: string,
  leases: LeaseStore,
): Answer {
  if (request.operation !== 'update') return unsupportedOperation;
  const fields = new Fields(request.data);
  const id = fields.text('lease_id') || inPath;
  const increment = fields.seconds('increment') ?? 0;
  const wait = fields.boolean('sync') ?? true;
  if (fields.problem !== undefined) return failure(400, fields.problem);
  if (id === '') return failure(400, 'lease_id must be specified');
  if (verb === 'lookup') return lookUp(id, leases);
  if (verb === 'renew') return renew(id, increment, leases);
  leases.revoke(id);
  return wait ? empty : { kind: 'bare', status: 202 };
}

function renew(id: string, increment: number, leases: LeaseStore): Answer {
  const renewed = leases.renew(id, increment);
  if (!renewed.ok) return failure(400, renewed.error);
  return { kind: 'data', data: null, lease: renewed.value.block, warnings: renewed.value.warnings };
}

function lookUp(id: string, leases: LeaseStore): Answer {
  const lease = leases.lookup(id);
  if (lease === undefined) return failure(400, 'invalid lease');
  return dataAnswer({
    expire_time: time(lease.expires),
    id,
    issue_time: time(lease.issued),
    last_renewal: time(lease.lastRenewal),
    path: lease.specification.path,
    renewable: lease.specification.renewable,
    ttl: leases.secondsLeft(lease),
  });
}
