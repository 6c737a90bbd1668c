import { selectProperty } from './property.ts';
import type { ProviderError } from './provider-error.ts';
import { ok, type Result } from './result.ts';

/** What a lease says of itself, as it was issued: renewals change no file. */
export interface LeaseProperties {
  readonly id: string;
  readonly durationSeconds: number;
  readonly renewable: boolean;
}

const leaseProperty = (name: string | undefined, lease: LeaseProperties): string | undefined => {
  if (name === 'lease_id') return lease.id;
  if (name === 'lease_duration') return String(lease.durationSeconds);
  return name === 'renewable' ? String(lease.renewable) : undefined;
};

/** The property of a document, else what the document's lease knows by that name: a secret's own fields come first. */
export const selectValue = (
  property: string | undefined,
  document: Buffer,
  lease: LeaseProperties | undefined,
): Result<Buffer, ProviderError> => {
  const selected = selectProperty(document, property);
  if (selected.ok || selected.error.code !== 'not_found' || lease === undefined) return selected;
  const value = leaseProperty(property, lease);
  return value === undefined ? selected : ok(Buffer.from(value));
};
