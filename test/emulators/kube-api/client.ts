import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** `application/json` by default. */
  readonly contentType?: string;
}

export interface ApiResponse {
  readonly status: number;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  /** The texts of the `Warning` headers. */
  readonly warnings: readonly string[];
}

const warningText = /^299 - "(.*)"$/;

const warningsIn = ({ rawHeaders }: IncomingMessage): string[] =>
  rawHeaders
    .filter((_, index) => rawHeaders[index - 1]?.toLowerCase() === 'warning' && index % 2 === 1)
    .map((value) => (warningText.exec(value)?.[1] ?? value).replaceAll(/\\(.)/g, '$1'));

/** Sends one request to a server of the stand-in, over TLS, as any client would. */
export const sendRequest = async (
  server: { readonly url: string; readonly caPem: string; readonly token: string },
  { method = 'GET', path, body, contentType = 'application/json' }: ApiRequest,
): Promise<ApiResponse> => {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const outgoing = httpsRequest(new URL(path, server.url), {
    method,
    ca: server.caPem,
    agent: false,
    headers: {
      Authorization: `Bearer ${server.token}`,
      ...(payload === undefined
        ? {}
        : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(payload) }),
    },
  });
  outgoing.end(payload);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const isJson = response.headers['content-type'] === 'application/json';
  return {
    status: response.statusCode ?? 0,
    body: isJson ? (JSON.parse(text) as unknown) : text,
    warnings: warningsIn(response),
  };
};
