import { err, ok } from '../../../../lib/result.ts';
import { Fields, globMatches } from '../fields.ts';
import type { Result } from '../../../../lib/result.ts';
import type { JsonObject } from '../answer.ts';

/** What goes wrong with an answer. */
export type FaultEffect =
  /** The connection is reset before anything is answered. */
  | { readonly kind: 'reset' }
  /** The connection is reset in the middle of the body. */
  | { readonly kind: 'reset-mid-body' }
  /** Nothing is ever answered; the connection is reset when the fault is cleared. */
  | { readonly kind: 'hang' }
  /** The answer begins this much later. */
  | { readonly kind: 'slow-headers'; readonly milliseconds: number }
  /** The headers come at once, the body in four pieces over this time. */
  | { readonly kind: 'slow-body'; readonly milliseconds: number }
  /** Another status, with Vault's error body; `retryAfter` is the header of that name, in seconds. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly errors?: readonly string[];
      readonly retryAfter?: number;
    }
  /** What a sealed Vault says: 503. */
  | { readonly kind: 'sealed' }
  /** The first half of the right body, as if it were the whole. */
  | { readonly kind: 'truncated-json' }
  /** A page of HTML with status 200, as a proxy puts it in the way. */
  | { readonly kind: 'html' }
  /** Status 200 with an error body. */
  | { readonly kind: 'error-body'; readonly errors?: readonly string[] }
  /** A right answer with so many bytes of padding in its data; 2 MiB by default. */
  | { readonly kind: 'huge-body'; readonly bytes?: number }
  /** 307 to another place. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** Status 200 with no body. */
  | { readonly kind: 'empty-body' };

/** Which requests a fault meets. */
export interface FaultTarget {
  /** A glob over the path after `/v1/`, `*` for all (the default). */
  readonly path?: string;
  readonly method?: string;
  /** The namespace header as it was sent. */
  readonly namespace?: string;
  /** How many requests; until cleared by default. */
  readonly times?: number;
}

export type Fault = FaultTarget & FaultEffect;

/** A fault in force. */
export class ActiveFault {
  readonly fault: Fault;
  /** How many requests it has met. */
  hits = 0;
  readonly #cleared = new AbortController();

  constructor(fault: Fault) {
    this.fault = fault;
  }

  /** Aborts when the fault is cleared, so that what it holds up goes on. */
  get cleared(): AbortSignal {
    return this.#cleared.signal;
  }

  get spent(): boolean {
    return this.cleared.aborted || this.hits >= (this.fault.times ?? Infinity);
  }

  matches(method: string, path: string, namespace: string): boolean {
    const { fault } = this;
    if (this.spent || !globMatches(fault.path ?? '*', path)) return false;
    return (fault.method ?? method) === method && (fault.namespace ?? namespace) === namespace;
  }

  clear(): void {
    this.#cleared.abort(new Error('the fault has been cleared'));
  }
}

/** The faults of a server, in the order in which they were added; the first that meets a request has it. */
export class FaultList {
  #faults: ActiveFault[] = [];

  add(fault: Fault): ActiveFault {
    const active = new ActiveFault(fault);
    this.#faults.push(active);
    return active;
  }

  /** Clears all faults and lets go what they hold up. */
  clear(): void {
    for (const active of this.#faults.splice(0)) active.clear();
  }

  /** The fault that a request meets, counted. */
  take(method: string, path: string, namespace: string): ActiveFault | undefined {
    const active = this.#faults.find((one) => one.matches(method, path, namespace));
    if (active !== undefined) active.hits += 1;
    return active;
  }

  /** The faults that still meet requests, with how many each has met. */
  list(): JsonObject[] {
    return this.#faults.filter((one) => !one.spent).map((one) => ({ ...one.fault, hits: one.hits }));
  }
}

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
