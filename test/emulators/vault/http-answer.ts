import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Rendered } from './render.ts';

/** What every answer of Vault carries. */
const commonHeaders = {
  'cache-control': 'no-store',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
};

/** Writes a text as it is; the status, for the log. */
export function writeText(
  response: ServerResponse,
  status: number,
  contentType: string,
  text: string,
): number {
  const headers = {
    ...commonHeaders,
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
  };
  response.writeHead(status, headers).end(text);
  return status;
}

/** Writes an answer as Vault does, a line end after the JSON; the status, for the log. */
export function writeRendered(
  response: ServerResponse,
  rendered: Rendered,
  headers: OutgoingHttpHeaders = {},
): number {
  const { status, body, location } = rendered;
  const text = body === undefined ? '' : `${JSON.stringify(body)}\n`;
  response
    .writeHead(status, {
      ...commonHeaders,
      'content-type': 'application/json',
      // 204 has no length.
      ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(text) }),
      ...(location === undefined ? {} : { location }),
      ...headers,
    })
    .end(text);
  return status;
}
