import { globMatches } from '../glob.ts';

/** What can go wrong with an answer, whatever the protocol. */
export type CommonEffect =
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
  /** The first half of the right body, as if it were the whole. */
  | { readonly kind: 'truncated-json' }
  /** A page of HTML with status 200, as a proxy puts it in the way. */
  | { readonly kind: 'html' }
  /** A right answer with so many bytes of padding in it; 2 MiB by default. */
  | { readonly kind: 'huge-body'; readonly bytes?: number }
  /** 307 to another place. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** Status 200 with no body. */
  | { readonly kind: 'empty-body' };

/** Which requests a fault meets. A stand-in may add fields that a request has; they are compared as they are. */
export interface FaultTarget {
  /** A glob over what the stand-in calls a path, `*` for all (the default). */
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  /** How many requests; until cleared by default. */
  readonly times?: number | undefined;
}

export type AnyFault = FaultTarget & { readonly kind: string };

/** What faults know of a request. */
export type FaultedRequest = Readonly<Record<string, string>> & { readonly path: string };

/** A fault in force. */
export class ActiveFault<F extends AnyFault> {
  readonly fault: F;
  /** How many requests it has met. */
  hits = 0;
  readonly #cleared = new AbortController();

  constructor(fault: F) {
    this.fault = fault;
  }

  /** Aborts when the fault is cleared, so that what it holds up goes on. */
  get cleared(): AbortSignal {
    return this.#cleared.signal;
  }

  get spent(): boolean {
    return this.cleared.aborted || this.hits >= (this.fault.times ?? Infinity);
  }

  matches(request: FaultedRequest): boolean {
    const wanted = new Map<string, unknown>(Object.entries(this.fault));
    if (this.spent || !globMatches(this.fault.path ?? '*', request.path)) return false;
    return Object.entries(request).every(
      ([name, value]) => name === 'path' || (wanted.get(name) ?? value) === value,
    );
  }

  clear(): void {
    this.#cleared.abort(new Error('the fault has been cleared'));
  }
}

/** The faults of a server, in the order in which they were added; the first that meets a request has it. */
export class FaultList<F extends AnyFault> {
  #faults: ActiveFault<F>[] = [];

  add(fault: F): ActiveFault<F> {
    const active = new ActiveFault(fault);
    this.#faults.push(active);
    return active;
  }

  /** Clears all faults and lets go what they hold up. */
  clear(): void {
    for (const active of this.#faults.splice(0)) active.clear();
  }

  /** The fault that a request meets, counted. */
  take(request: FaultedRequest): ActiveFault<F> | undefined {
    const active = this.#faults.find((one) => one.matches(request));
    if (active !== undefined) active.hits += 1;
    return active;
  }

  /** The faults that still meet requests, with how many each has met. */
  list(): (F & { hits: number })[] {
    return this.#faults.filter((one) => !one.spent).map((one) => ({ ...one.fault, hits: one.hits }));
  }
}
