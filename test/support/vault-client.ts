import { request as httpsRequest } from 'node:https';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface VaultReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body as it came. */
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly body: Record<string, unknown> | undefined;
}

export interface VaultCall {
  readonly token?: string;
  readonly namespace?: string;
  /** Sent as JSON; a string goes as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where to send requests, and what to trust there. */
export interface VaultAddress {
  readonly url: string;
  readonly caPem?: string;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Sends one request over a connection of its own, to a path such as `v1/secret/data/x`. Rejects when there is no whole answer. */
export function callVault(
  { url, caPem }: VaultAddress,
  method: string,
  path: string,
  call: VaultCall = {},
): Promise<VaultReply> {
  const { token, namespace, body, headers } = call;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const { hostname, port } = new URL(url);
  const options = {
    method,
    hostname,
    port,
    // As it is: a URL would resolve dots.
    path: `/${path}`,
    agent: false,
    ...(caPem === undefined ? {} : { ca: caPem }),
    headers: {
      ...(token === undefined ? {} : { 'x-vault-token': token }),
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
      ...headers,
    },
  };
  return new Promise((resolve, reject) => {
    const outgoing = send(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: parse(text) });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body));
  });
}
