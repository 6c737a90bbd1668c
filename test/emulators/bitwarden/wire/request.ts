import { readBody } from '../../shared/read-body.ts';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as the servers look at it. */
export interface RawRequest {
  readonly method: string;
  /** Below `/identity/` or `/api/`, without a slash in front; such a prefix may be missing, as it is in Bitwarden's cloud. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const maxBodyBytes = 8 * 1024 * 1024;

/** Reads a whole request; undefined where the body is larger than 8 MiB. */
export async function readRequest(request: IncomingMessage): Promise<RawRequest | undefined> {
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return undefined;
  const [, path = '', query = ''] =
    /^\/(?:(?:identity|api)\/)?([^?]*)\??(.*)$/s.exec(request.url ?? '') ?? [];
  const { method = '', headers } = request;
  return { method, path, headers, query: new URLSearchParams(query), body };
}
