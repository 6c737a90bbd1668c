import type { IncomingMessage, ServerResponse } from 'node:http';
import { failure } from './status.ts';

/** What a request gets. */
export interface Answer {
  readonly code: number;
  /** Sent as JSON, or as it is where it is a text. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

export const unauthorized: Answer = { code: 401, body: failure(401, 'Unauthorized') };

/** Of a path that no resource has, the API server says this, and not as JSON. */
export const pageNotFound: Answer = { code: 404, body: '404 page not found\n' };

/** RFC 7234 warnings, as kubectl shows them. */
export const warningHeaders = (warnings: readonly string[]): Record<string, string[]> => {
  if (warnings.length === 0) return {};
  const quoted = warnings.map((text) => text.replaceAll(/[\\"]/g, '\\$&').replaceAll(/[\r\n]+/g, ' '));
  return { Warning: quoted.map((text) => `299 - "${text}"`) };
};

/** Sends an answer whole. */
export const sendAnswer = (message: IncomingMessage, response: ServerResponse, answer: Answer): void => {
  // What is left of a body that nobody wanted.
  message.resume();
  const { code, body, headers } = answer;
  const isText = typeof body === 'string';
  const type = isText ? 'text/plain; charset=utf-8' : 'application/json';
  response.writeHead(code, { 'Content-Type': type, ...headers });
  response.end(isText ? body : JSON.stringify(body));
};
