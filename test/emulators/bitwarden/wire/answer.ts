import type { OutgoingHttpHeaders } from 'node:http';
import type { JsonObject } from '../../shared/json.ts';
import type { WholeAnswer } from '../../shared/whole-answer.ts';

/** An answer before it is JSON. */
export interface ApiAnswer {
  readonly status: number;
  /** Nothing at all where it is absent. */
  readonly body?: JsonObject;
  readonly headers?: OutgoingHttpHeaders;
}

type ValidationErrors = Readonly<Record<string, readonly string[]>>;

/** What the API says where it refuses. */
export const errorBody = (message: string, validationErrors: ValidationErrors | null = null): JsonObject => ({
  message,
  validationErrors,
  ...{ exceptionMessage: null, exceptionStackTrace: null, innerExceptionMessage: null },
  object: 'error',
});

export const refuse = (status: number, message: string): ApiAnswer => ({ status, body: errorBody(message) });

/** What is not there and what the caller may not see are the same. */
export const notFound = refuse(404, 'Resource not found.');

/** A parameter that cannot be read. */
export const invalid = (errors: ValidationErrors): ApiAnswer => ({
  status: 400,
  body: errorBody('The model state is invalid.', errors),
});

/** Too many requests; `period` as in the rule, `1m`. */
export const slowDown = (period: string, retryAfterSeconds: number): ApiAnswer => ({
  ...refuse(429, `Slow down! Too many requests. Try again in ${period}.`),
  headers: { 'retry-after': String(retryAfterSeconds) },
});

/** An answer as it is sent. */
export function wholeAnswer({ status, body, headers = {} }: ApiAnswer): WholeAnswer {
  if (body === undefined) return { status, headers, text: '' };
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, text: JSON.stringify(body) };
}
