import { err, ok } from '../../../../lib/result.ts';
import { Fields } from '../fields.ts';
import type { Result } from '../../../../lib/result.ts';
import type { CommonEffect, FaultTarget } from '../../shared/faults/fault.ts';
import type { JsonObject } from '../answer.ts';

/** What goes wrong with an answer: what can with any, and what is Vault's own. */
type FaultEffect =
  | CommonEffect
  /** Another status, with Vault's error body; `retryAfter` is the header of that name, in seconds. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly errors?: readonly string[];
      readonly retryAfter?: number;
    }
  /** What a sealed Vault says: 503. */
  | { readonly kind: 'sealed' }
  /** Status 200 with an error body. */
  | { readonly kind: 'error-body'; readonly errors?: readonly string[] };

/** Paths are those after `/v1/`, the namespace is the header as it was sent. */
export type Fault = FaultTarget & FaultEffect & { readonly namespace?: string };

/** Which further fields a kind has, and which of them it cannot be without. */
const kinds: ReadonlyMap<string, { readonly needs?: string; readonly allows?: readonly string[] }> = new Map([
  ['reset', {}],
  ['reset-mid-body', {}],
  ['hang', {}],
  ['slow-headers', { needs: 'milliseconds' }],
  ['slow-body', { needs: 'milliseconds' }],
  ['status', { needs: 'status', allows: ['errors', 'retryAfter'] }],
  ['sealed', {}],
  ['truncated-json', {}],
  ['html', {}],
  ['error-body', { allows: ['errors'] }],
  ['huge-body', { allows: ['bytes'] }],
  ['redirect', { needs: 'location' }],
  ['empty-body', {}],
]);

/** Reads a fault from JSON; the error says what is wrong with it. */
export function parseFault(data: JsonObject): Result<Fault, string> {
  const fields = new Fields(data);
  const kind = fields.text('kind');
  const shape = kinds.get(kind);
  if (shape === undefined) return err(`kind must be one of ${[...kinds.keys()].join(', ')}`);
  const known = ['kind', 'path', 'method', 'namespace', 'times', shape.needs, ...(shape.allows ?? [])];
  const unknown = Object.keys(data).find((name) => !known.includes(name));
  if (unknown !== undefined) return err(`${kind} has no ${unknown}`);
  if (shape.needs !== undefined && data[shape.needs] === undefined)
    return err(`${kind} needs ${shape.needs}`);
  for (const name of ['path', 'method', 'namespace', 'location']) fields.string(name);
  for (const name of ['times', 'milliseconds', 'status', 'retryAfter', 'bytes']) fields.integer(name);
  fields.strings('errors');
  return fields.problem === undefined ? ok(data as unknown as Fault) : err(fields.problem);
}
