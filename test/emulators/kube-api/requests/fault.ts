import type { Answer } from './answer.ts';
import { failure } from './status.ts';

/** A fault that a test puts in the way of a request. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly code: number;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** The connection is cut. */
  | { readonly kind: 'drop' }
  /** No answer ever comes. */
  | { readonly kind: 'hang' };

/** What a test may decide a fault by. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty for a token that nobody has. */
  readonly user: string;
}

export const faultAnswer = (fault: Extract<Fault, { kind: 'status' }>): Answer => {
  const { code, message = 'a fault was asked for', retryAfterSeconds } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return { code, body: failure(code, message), headers };
};
