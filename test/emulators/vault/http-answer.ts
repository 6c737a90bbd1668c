import { writeAnswer } from '../shared/whole-answer.ts';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { WholeAnswer } from '../shared/whole-answer.ts';
import type { Rendered } from './render.ts';

/** What every answer of Vault carries. */
const commonHeaders = {
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

/** Writes a text as it is; the status, for the log. */
export const writeText = (
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
): number =>
  writeAnswer(response, { status, headers: { ...commonHeaders, 'content-type': contentType }, text });

/** An answer as Vault writes it, a line end after the JSON. */
export function wholeAnswer(rendered: Rendered, headers: OutgoingHttpHeaders = {}): WholeAnswer {
  const { status, body, location } = rendered;
  return {
    status,
    headers: {
      ...commonHeaders,
      'content-type': 'application/json',
      ...(location === undefined ? {} : { location }),
      ...headers,
    },
    text: body === undefined ? '' : `${JSON.stringify(body)}\n`,
  };
}

/** Writes an answer as Vault does; the status, for the log. */
export const writeRendered = (response: ServerResponse, rendered: Rendered): number =>
  writeAnswer(response, wholeAnswer(rendered));
